# SPDX-License-Identifier: Apache-2.0
"""Films that are copies of test films: whatever learns from one of them is not tested on unseen films."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bundle.dataset.description import FILE_NAME, Film, read_dataset
from bundle.errors import DatasetError
from bundle.files import sha256_of

SAMPLE_BYTES = 65536


def require_unseen_test(dataset_dir: str | Path, films: Sequence[Mapping[str, Any]]) -> None:
    """Make sure that no film to learn from has the content of a test film.

    Args:
        dataset_dir: Folder of a `dataset.json`.
        films: Items of `datalist`.

    Raises:
        DatasetError: one has; both are named.
    """
    learned = {item["name"]: Path(item["image"]) for item in films}
    refuse_seen_test(Path(dataset_dir), learned, read_dataset(dataset_dir).test)


def refuse_seen_test(dataset_dir: Path, learned: Mapping[str, Path], test: Sequence[Film]) -> None:
    """Make sure that no film to learn from has the content of a test film.

    Args:
        dataset_dir: Folder of a `dataset.json`.
        learned: Films to learn from by their names.
        test: Films of the test.

    Raises:
        DatasetError: one has; both are named.
    """
    tested = {film.image.as_posix(): dataset_dir / film.image for film in test}
    for name, original in copies(learned, tested).items():
        raise DatasetError(
            f"{dataset_dir / FILE_NAME}: the film {name!r} has the content of the test film {original!r}, so that "
            "the test would not be of unseen films; remove one of them"
        )


def copies(films: Mapping[str, Path], originals: Mapping[str, Path]) -> dict[str, str]:
    """Find the films whose file has the content of an original's.

    Sizes are compared, then hashes of a piece, then of whole files; each step reads only files that the one before it
    did not tell apart, and each of them once: tens of thousands of films are not read whole.

    Returns:
        The name of the first such original by the name of each film that is a copy.
    """
    film_keys: dict[str, Hashable] = dict.fromkeys(films)
    original_keys: dict[str, Hashable] = dict.fromkeys(originals)
    for key_of in (_size, _piece, sha256_of):
        film_keys = {name: (key, key_of(films[name])) for name, key in film_keys.items()}
        original_keys = {name: (key, key_of(originals[name])) for name, key in original_keys.items()}
        shared = {*film_keys.values()} & {*original_keys.values()}
        film_keys = {name: key for name, key in film_keys.items() if key in shared}
        original_keys = {name: key for name, key in original_keys.items() if key in shared}
    first = {key: name for name, key in reversed(original_keys.items())}
    return {name: first[key] for name, key in film_keys.items()}


def _size(path: Path) -> int:
    return path.stat().st_size


def _piece(path: Path) -> bytes:
    """Hash of a piece from the middle of a file, where films differ and headers end."""
    with path.open("rb") as stream:
        stream.seek(max(0, _size(path) - SAMPLE_BYTES) // 2)
        return hashlib.sha256(stream.read(SAMPLE_BYTES)).digest()
