# SPDX-License-Identifier: Apache-2.0
"""The films that inference is asked to read: a file, a folder, or the folder of a DICOM study."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from monai.data import IterableDataset
from monai.transforms import Transform, apply_transform
from tqdm import tqdm

from bundle.errors import RadiographError
from bundle.files import require_writable
from bundle.films.film_files import FilmFiles, film_files
from bundle.films.refusal import printable, refused_by_name
from bundle.films.suffix import FILM_FORMATS

logger = logging.getLogger(__name__)


REFUSED = "refused"
"""Key of the sentence why something that looks like a film is not read."""


def find_films(source: str | Path) -> list[dict[str, Any]]:
    """List the films of a file or, in name order, of a folder and its subfolders.

    Returns:
        Items without landmarks in the form of `datalist`: `image`, `path`, `name` (relative to the folder) and an
        unknown `spacing`, which reading the film fills in. What looks like a film, or may hold films, and cannot be
        read stands among them with a sentence under `refused`, see `film_files`.

    Raises:
        RadiographError: there is no such file or folder, or no image in it.
    """
    source = Path(source)
    if source.is_file():
        folder, found = source.parent, FilmFiles([source], {})
    elif source.is_dir():
        folder, found = source, film_files(source)
    else:
        raise RadiographError(f"{source}: there is no such file or folder; correct --dataset_dir")
    if not (found.films or found.refused):
        raise RadiographError(f"{source}: holds no {FILM_FORMATS} image; correct --dataset_dir")
    return [film_item(file, folder, found.refused.get(file)) for file in sorted([*found.films, *found.refused])]


def film_item(file: Path, folder: Path, refused: str | None = None) -> dict[str, Any]:
    """The item of one film below a folder, see `find_films`, and why it is not read if that is known."""
    name = file.relative_to(folder).as_posix()
    unknown = np.full(2, np.nan, dtype=np.float32)
    item = {"image": str(file), "path": str(file), "name": name, "spacing": unknown}
    return item if refused is None else {**item, "name": printable(name), REFUSED: refused}


def require_results_folder(source: str | Path, output_dir: str | Path) -> None:
    """Make sure that results can be written, and that a repeat does not take them, pictures among them, for films.

    Raises:
        RadiographError: the results are to be written into the folder of the films.
        BundleError: their folder cannot be written to.
    """
    if Path(source).is_dir() and Path(output_dir).resolve().is_relative_to(Path(source).resolve()):
        raise RadiographError(
            f"{output_dir}: lies in the folder of the films, where a repeat would take overlays for films; "
            "choose an --output_dir outside --dataset_dir"
        )
    require_writable(output_dir)


def prepare_film(item: Mapping[str, Any], transform: Any) -> Any:
    """Read and prepare an item of `find_films`.

    Raises:
        RadiographError: it is known that it cannot be read.
        Exception: whatever the film leads the transform to.
    """
    if REFUSED in item:
        raise RadiographError(item[REFUSED])
    return apply_transform(transform, item)


class ReadableFilms(IterableDataset):
    """Films read one after the other; one that cannot be read or prepared is logged, remembered and passed over.

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
                with refused_by_name(item["name"]):
                    prepared = prepare_film(item, self.transform)
            except RadiographError as error:
                self.unreadable.append(item["name"])
                logger.error(f"{error}")
            else:
                yield prepared
