# SPDX-License-Identifier: Apache-2.0
"""Landmarks as the tables of AASCE 2019 (SpineWeb 16): `filenames.csv`, and `landmarks.csv` of 68 x then 68 y."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.films.image_size import image_size
from bundle.importers.aasce_mat import has_mat, mat_films
from bundle.importers.annotations import Annotations
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.landmark_sets import SPINE
from bundle.importers.parsing import checked_names, point, read_text

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
    names = checked_names(names or SPINE.landmarks, len(SPINE.landmarks), str(source))
    folder = images or source
    if (source / _TABLE).is_file() or has_mat(source):
        return Annotations(folder, names, _films(source, folder, Path(), len(names)), skeleton=SPINE.skeleton)
    films, splits = [], {}
    for split in _SPLITS:
        for film in _films(source / split, folder, Path(split), len(names)):
            films.append(film)
            splits[film.image] = split
    return Annotations(folder, names, tuple(films), splits, SPINE.skeleton)


def _films(tables: Path, images: Path, below: Path, count: int) -> tuple[Film, ...]:
    if has_mat(tables):
        return mat_films(tables, images, below, count)
    filenames = [row[0].strip() for row in _rows(tables / _FILMS) if row]
    rows = _rows(tables / _TABLE)
    if len(rows) != len(filenames):
        raise DatasetError(
            f"{tables / _TABLE}: has {len(rows)} rows for {len(filenames)} films of filenames.csv; give one row a film"
        )
    folder = ImageFolder(images / below)
    films = []
    for line, (name, row) in enumerate(zip(filenames, rows, strict=True), start=1):
        where = f"{tables / _TABLE}, line {line}"
        if len(row) != 2 * count:
            raise DatasetError(f"{where}: has {len(row)} numbers, not {count} x and then {count} y; correct the row")
        image = folder.find(name, f"{tables / 'filenames.csv'}, line {line}")
        width, height = image_size(folder.folder / image)
        fractions = [point(x, y, where) for x, y in zip(row[:count], row[count:], strict=True)]
        landmarks = tuple(None if pair is None else (pair[0] * width, pair[1] * height) for pair in fractions)
        films.append(Film(below / image, landmarks))
    return tuple(films)


def _rows(file: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(read_text(file))))
