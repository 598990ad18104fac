# SPDX-License-Identifier: Apache-2.0
"""Landmarks in a table of one film a row: `image,spacing_mm,x1,y1,…`, or without header `id,x0,y0,…` (Payer et al.)."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.parsing import checked_names, points, read_text, spacing

_HEADER = ["image", "spacing_mm"]


# Headers of the columns of films and of coordinates, by which a table is told for certain.
_FILM_HEADERS = {"image", "file", "filename", "file_name", "image_name", "image_path", "id"}
_COORDINATE_HEADER = re.compile(r"[xy]\d*|p?\d+[xy]|.*[_ .][xy]", re.IGNORECASE)


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None: a table without header may be anything."""
    header = look.table[0] if look.table else [""]
    if header[0].lower() in _FILM_HEADERS and any(_COORDINATE_HEADER.fullmatch(cell) for cell in header[1:]):
        return "its table has a column of images and columns of x and y"
    return None


def read_csv(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read a table of landmarks in pixels of the stored image, (0, 0) the centre of its first pixel.

    The first column is the path, file name or id of an image; `spacing_mm`, in the form with a header, its pixel size
    in mm, empty where unknown. Empty cells and `nan` are missing landmarks.

    Args:
        source: The file, or a folder with a `landmarks.csv`.
        images: Folder of the images; by default that of the file.
        names: Names of the landmarks.

    Raises:
        DatasetError: naming the file and line of a malformed row, or an image that is missing.
    """
    file = source / "landmarks.csv" if source.is_dir() else source
    rows = [(line, row) for line, row in enumerate(csv.reader(io.StringIO(read_text(file))), start=1) if row]
    header = [cell.strip().lower() for cell in rows[0][1]]
    columns = 1
    if header[0] == _HEADER[0]:
        if header[:2] != _HEADER:
            raise DatasetError(f"{file}, line 1: the header does not begin with image,spacing_mm; name its columns so")
        rows, columns = rows[1:], 2
    folder = ImageFolder(images or file.parent)
    films: list[Film] = []
    for line, row in rows:
        where = f"{file}, line {line}"
        landmarks = points(row[columns:], where)
        if films and len(landmarks) != len(films[0].landmarks or ()):
            raise DatasetError(
                f"{where}: has {len(landmarks)} points where the first film has {len(films[0].landmarks or ())}; "
                "write every point, with empty cells for a missing one"
            )
        stated = spacing(row[1], where) if columns == 2 else None
        films.append(Film(folder.find(row[0].strip(), where), landmarks, stated))
    if not films or not films[0].landmarks:
        raise DatasetError(f"{file}: has no row with landmarks; write rows of image,spacing_mm,x1,y1,… or id,x0,y0,…")
    numbered = tuple(f"landmark {index + 1}" for index in range(len(films[0].landmarks)))
    return Annotations(folder.folder, checked_names(names or numbered, len(numbered), str(file)), tuple(films))
