# SPDX-License-Identifier: Apache-2.0
"""The films that stage 2 learns from without landmarks, none of them a film it is tested on."""

from __future__ import annotations

import filecmp
import hashlib
from pathlib import Path
from typing import Any

from bundle.data.datalist import datalist
from bundle.data.dataset_description import FILE_NAME, read_dataset
from bundle.errors import ConfigurationError, DatasetError

SAMPLE_BYTES = 65536


def unlabelled_pool(dataset_dir: str | Path, shots: int | None, draw: int) -> list[dict[str, Any]]:
    """List the unlabelled films and the training films that were not drawn, in the form of `datalist`.

    Raises:
        DatasetError: a film of the pool has the content of a test film.
        ConfigurationError: there is none, or as `datalist`.
    """
    pool = datalist(dataset_dir, "unlabeled", shots, draw)
    file = Path(dataset_dir) / FILE_NAME
    if not pool:
        raise ConfigurationError(
            f"{file}: has no unlabelled film for stage 2, and all of training is drawn; "
            "add films to unlabeled, or give fewer shots"
        )
    test = {film.image.as_posix(): Path(dataset_dir) / film.image for film in read_dataset(dataset_dir).test}
    _require_other_content(file, {item["name"]: Path(item["image"]) for item in pool}, test)
    return pool


def _require_other_content(file: Path, pool: dict[str, Path], test: dict[str, Path]) -> None:
    """Compare sizes, then hashes of a piece, then whole files: tens of thousands of films are not read whole."""
    sizes = {path.stat().st_size for path in test.values()}
    pieces: dict[tuple[int, bytes], list[str]] = {}
    for name, path in test.items():
        pieces.setdefault(_piece(path), []).append(name)
    for name, path in pool.items():
        if path.stat().st_size not in sizes:
            continue
        for same in pieces.get(_piece(path), []):
            if filecmp.cmp(path, test[same], shallow=False):
                raise DatasetError(
                    f"{file}: the unlabelled film {name!r} has the content of the test film {same!r}, so that the test "
                    "would not be of unseen films; remove one of them"
                )


def _piece(path: Path) -> tuple[int, bytes]:
    """Size of a file and hash of a piece from its middle, where films differ and headers end."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - SAMPLE_BYTES) // 2)
        return size, hashlib.sha256(stream.read(SAMPLE_BYTES)).digest()
