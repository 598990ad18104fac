# SPDX-License-Identifier: Apache-2.0
"""The films that inference is asked to read: a file, a folder, or the folder of a DICOM study."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from monai.data import IterableDataset
from monai.transforms import Transform, apply_transform
from tqdm import tqdm

from bundle.errors import RadiographError, bundle_error
from bundle.films.film_files import film_files
from bundle.films.suffix import FORMATS

logger = logging.getLogger(__name__)


def find_films(source: str | Path) -> list[dict[str, Any]]:
    """List the films of a file or, in name order, of a folder and its subfolders.

    Returns:
        Items without landmarks in the form of `datalist`: `image`, `path`, `name` (relative to the folder) and an
        unknown `spacing`, which reading the film fills in.

    Raises:
        RadiographError: there is no such file or folder, or no image in it.
    """
    source = Path(source)
    if not source.exists():
        raise RadiographError(f"{source}: there is no such file or folder; correct --dataset_dir")
    if source.is_file():
        folder, files = source.parent, [source]
    else:
        folder, files = source, film_files(source)
    if not files:
        raise RadiographError(f"{source}: holds no {FORMATS} image; correct --dataset_dir")
    unknown = np.full(2, np.nan, dtype=np.float32)
    return [
        {"image": str(file), "path": str(file), "name": file.relative_to(folder).as_posix(), "spacing": unknown}
        for file in files
    ]


def require_results_apart(source: str | Path, output_dir: str | Path) -> None:
    """Make sure that a repeat does not take results, pictures among them, for films.

    Raises:
        RadiographError: the results are to be written into the folder of the films.
    """
    if Path(source).is_dir() and Path(output_dir).resolve().is_relative_to(Path(source).resolve()):
        raise RadiographError(
            f"{output_dir}: lies in the folder of the films, where a repeat would take overlays for films; "
            "choose an --output_dir outside --dataset_dir"
        )


class ReadableFilms(IterableDataset):
    """Films read one after the other; one that cannot be read is logged, remembered and passed over.

    Args:
        data: items of `find_films`.
        transform: reads and prepares a film.
    """

    def __init__(self, data: Sequence[dict[str, Any]], transform: Transform) -> None:
        super().__init__(data, transform)
        self.unreadable: list[str] = []

    def __iter__(self) -> Iterator[Any]:
        """Yield the films that can be read, showing progress on a terminal."""
        self.unreadable = []
        for item in tqdm(self.data, unit="film", disable=None):
            try:
                yield apply_transform(self.transform, item)  # type: ignore[arg-type]  # __init__ requires one
            except Exception as error:
                sentence = bundle_error(error)
                if sentence is None:
                    raise
                self.unreadable.append(item["name"])
                logger.error(f"{sentence}")
