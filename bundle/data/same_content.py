# SPDX-License-Identifier: Apache-2.0
"""Films that are copies of test films: whatever learns from one of them is not tested on unseen films."""

from __future__ import annotations

import filecmp
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bundle.data.dataset_description import FILE_NAME, read_dataset
from bundle.errors import DatasetError

SAMPLE_BYTES = 65536


def require_unseen_test(dataset_dir: str | Path, films: Sequence[Mapping[str, Any]]) -> None:
    """Make sure that no film to learn from has the content of a test film.

    Args:
        dataset_dir: Folder of a `dataset.json`.
        films: Items of `datalist`.

    Raises:
        DatasetError: one has; both are named.
    """
    test = {film.image.as_posix(): Path(dataset_dir) / film.image for film in read_dataset(dataset_dir).test}
    for name, same in copies({item["name"]: Path(item["image"]) for item in films}, test).items():
        raise DatasetError(
            f"{Path(dataset_dir) / FILE_NAME}: the film {name!r} has the content of the test film {same!r}, so that "
            "the test would not be of unseen films; remove one of them"
        )


def copies(films: Mapping[str, Path], originals: Mapping[str, Path]) -> dict[str, str]:
    """Find the films whose file has the content of an original's.

    Sizes are compared, then hashes of a piece, then whole files: tens of thousands of films are not read whole.

    Returns:
        The name of an original by the name of each film that is a copy of it.
    """
    by_size: dict[int, list[str]] = {}
    for name, path in originals.items():
        by_size.setdefault(path.stat().st_size, []).append(name)
    found = {}
    for name, path in films.items():
        same_size = by_size.get(path.stat().st_size, [])
        same = (original for original in same_size if _same_content(path, originals[original]))
        if (original := next(same, None)) is not None:
            found[name] = original
    return found


def _same_content(first: Path, second: Path) -> bool:
    return _piece(first) == _piece(second) and filecmp.cmp(first, second, shallow=False)


def _piece(path: Path) -> bytes:
    """Hash of a piece from the middle of a file, where films differ and headers end."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - SAMPLE_BYTES) // 2)
        return hashlib.sha256(stream.read(SAMPLE_BYTES)).digest()
