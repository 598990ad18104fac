# SPDX-License-Identifier: Apache-2.0
"""Landmarks as the tables of AASCE 2019 (SpineWeb 16): `filenames.csv`, and `landmarks.csv` of 68 x then 68 y."""

from __future__ import annotations

from pathlib import Path

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.aasce_mat import has_mat, mat_films
from bundle.importers.annotations import Annotations, Unit
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.landmark_sets import SPINE
from bundle.importers.parsing import checked_names, point, read_text
from bundle.importers.table import read_table

_TABLE, _FILMS = "landmarks.csv", "filenames.csv"
_SPLITS = ("training", "test")


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    folders = [look.source, *(look.source / split for split in _SPLITS)]
    if any((folder / _TABLE).is_file() and (folder / _FILMS).is_file() for folder in folders):
        return f"it holds the {_FILMS} and {_TABLE} of AASCE 2019"
    return "it holds .mat files, as the labels of AASCE 2019" if any(map(has_mat, folders)) else None


def read_aasce(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read landmarks given as fractions of the image's width and height, or in pixels in MATLAB files.

    Args:
        source: Folder of `filenames.csv` and `landmarks.csv` or of `NAME.jpg.mat`, or of folders `training` and `test`
            with them; then images are looked for in folders of the same names, and the split is kept.
        images: Folder of the images; by default that of the tables.
        names: Names of the landmarks instead of the clinical ones.

    Raises:
        DatasetError: naming the file and line of a malformed row, or an image that is missing.
    """
    known = SPINE.renamed(checked_names(names or SPINE.landmarks, len(SPINE.landmarks), str(source)))
    folder, count = images or source, len(known.landmarks)
    unit = None if any(has_mat(source / split) for split in ("", *_SPLITS)) else Unit.FRACTION
    if (source / _TABLE).is_file() or has_mat(source):
        of_split = {"": _films(source, folder, Path(), count, unit)}
    else:
        of_split = {split: _films(source / split, folder, Path(split), count, unit) for split in _SPLITS}
    return Annotations(
        folder=folder,
        films=tuple(film for films in of_split.values() for film in films),
        splits={film.image: split for split, films in of_split.items() for film in films if split},
        unit=unit,
        **known.fields(),
    )


def _films(tables: Path, images: Path, below: Path, count: int, unit: Unit | None) -> tuple[Film, ...]:
    if unit is None:
        return mat_films(tables, images, below, count)
    filenames = [line.strip() for line in read_text(tables / _FILMS).splitlines() if line.strip()]
    rows = read_table(tables / _TABLE)
    if len(rows) != len(filenames):
        raise DatasetError(
            f"{tables / _TABLE}: has {len(rows)} rows for {len(filenames)} films of filenames.csv; give one row a film"
        )
    folder = ImageFolder(images / below)
    films = []
    for line, (name, (row, where)) in enumerate(zip(filenames, rows, strict=True), start=1):
        if len(row) != 2 * count:
            raise DatasetError(f"{where}: has {len(row)} numbers, not {count} x and then {count} y; correct the row")
        image = folder.find(name, f"{tables / 'filenames.csv'}, line {line}")
        landmarks = tuple(point(x, y, where) for x, y in zip(row[:count], row[count:], strict=True))
        films.append(Film(below / image, landmarks))
    return tuple(films)
