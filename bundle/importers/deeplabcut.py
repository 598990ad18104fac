# SPDX-License-Identifier: Apache-2.0
"""Landmarks as the tables of DeepLabCut: three or four header rows, then a row an image."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.marked_film import AnnotationSource, MarkedFilm, NamedPoints, annotations_of
from bundle.importers.parsing import annotation_file, number, point
from bundle.importers.table import read_table

# DeepLabCut itself takes predictions below this for not found.
_LEAST_LIKELIHOOD = 0.6


class _Column(NamedTuple):
    """Where the coordinates of a body part stand."""

    part: str
    x: int
    y: int
    likelihood: int | None


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    first = [row[0] for row in look.table if row]
    if first[:1] == ["scorer"] and "bodyparts" in first and "coords" in first:
        return "its table begins with the rows scorer, bodyparts and coords of DeepLabCut"
    return None


def read_deeplabcut(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read x and y of each body part; an empty cell, or a likelihood below 0.6, is a missing landmark.

    Args:
        source: The CSV file, or a folder with one, such as a `CollectedData_NAME.csv` in `labeled-data/VIDEO`.
        images: Folder of the images; by default that of the file.
        names: Names of the landmarks in order; by default the body parts as the table lists them.

    Raises:
        DatasetError: naming the file and line of a malformed row, or an image that is missing.
    """
    file = annotation_file(source, "*.csv")
    rows = read_table(file)
    header = next((index for index, row in enumerate(rows[:4]) if row.cells[0] == "coords"), None)
    if header is None:
        raise DatasetError(f"{file}: has no row coords among its first; give a CSV that DeepLabCut wrote")
    index_columns, columns = _columns(file, [row.cells for row in rows[: header + 1]])
    folder = ImageFolder(images or file.parent)
    films = []
    for cells, where in rows[header + 1 :]:
        expected = len(rows[header].cells)
        if len(cells) != expected:
            raise DatasetError(f"{where}: has {len(cells)} cells where the header has {expected}; complete it")
        name = "/".join(cells[:index_columns])
        if name.isdecimal():
            raise DatasetError(f"{where}: {name!r} is a frame of a video; give a table of images")
        films.append(MarkedFilm(folder.find(name, where), where, _points(columns, cells, where)))
    return annotations_of(films, names, AnnotationSource(file, folder.folder, [column.part for column in columns]))


def _columns(file: Path, header: Sequence[list[str]]) -> tuple[int, list[_Column]]:
    """The number of columns that name the image, and the columns of the body parts in their order."""
    by_name = {row[0]: row for row in header}
    coords, parts = by_name["coords"], by_name.get("bodyparts", [])
    if len(parts) != len(coords) or "x" not in coords:
        raise DatasetError(f"{file}: its rows bodyparts and coords do not fit; give a CSV that DeepLabCut wrote")
    animals = by_name.get("individuals", [""] * len(coords))
    first = coords.index("x")
    places: dict[tuple[str, str], dict[str, int]] = {}
    for index, key in enumerate(zip(animals, parts, strict=False)):
        if index >= first:
            places.setdefault(key, {})[coords[index]] = index
    for (_, part), place in places.items():
        if not {"x", "y"} <= place.keys():
            raise DatasetError(f"{file}: {part!r} has no columns x and y; give a CSV that DeepLabCut wrote")
    columns = [_Column(part, place["x"], place["y"], place.get("likelihood")) for (_, part), place in places.items()]
    return first, columns


def _points(columns: Sequence[_Column], row: Sequence[str], where: str) -> NamedPoints:
    points = NamedPoints()
    for column in columns:
        place = f"{where}, {column.part}"
        marked = point(row[column.x], row[column.y], place)
        unlikely = column.likelihood is not None and number(row[column.likelihood], place) < _LEAST_LIKELIHOOD
        if marked is not None and not unlikely:
            points.mark(column.part, marked, place)
    return points
