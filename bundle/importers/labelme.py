# SPDX-License-Identifier: Apache-2.0
"""Landmarks as LabelMe points: a folder with one JSON file an image, a point's label its landmark."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

from bundle.coordinates import from_labelme
from bundle.dataset.description import Film, Point
from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations
from bundle.importers.image_folder import ImageFolder
from bundle.importers.parsing import annotation_files, first_appearances, in_order, point, read_json


def read_labelme(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read the shapes of type `point` of all JSON files in a folder; a landmark without a point is missing.

    Args:
        source: Folder of the JSON files.
        images: Folder of the images; by default that of the JSON files.
        names: Names of the landmarks in order; by default the labels as they first appear.

    Raises:
        DatasetError: naming the file and the field of a malformed entry, or an image that is missing.
    """
    folder = ImageFolder(images or source)
    labelled = [(file, *_labelled_points(file)) for file in annotation_files(source, "*.json")]
    names = names or first_appearances((label for _, _, named in labelled for label in named), str(source))
    films = tuple(
        Film(folder.find(image, f"{file}: imagePath"), in_order(named, names, str(file)))
        for file, image, named in labelled
    )
    return Annotations(folder.folder, names, films)


def _labelled_points(file: Path) -> tuple[str, dict[str, Point]]:
    content = read_json(file)
    shapes = content.get("shapes")
    if not isinstance(shapes, list):
        raise DatasetError(f"{file}: has no list of shapes; save it with LabelMe again")
    named: dict[str, Point] = {}
    for index, shape in enumerate(shapes):
        where = f"{file}: shapes[{index}]"
        if not isinstance(shape, dict) or "label" not in shape:
            raise DatasetError(f"{where} has no label; save it with LabelMe again")
        if shape.get("shape_type") != "point":
            continue
        label = str(shape["label"])
        if label in named:
            raise DatasetError(f"{where} is a second point {label!r}; keep one of them")
        named[label] = _centre(shape.get("points"), where)
    return PureWindowsPath(str(content.get("imagePath") or file.stem)).name, named


def _centre(points: object, where: str) -> Point:
    if not isinstance(points, list) or len(points) != 1 or not isinstance(points[0], list) or len(points[0]) != 2:
        raise DatasetError(f"{where}.points is not one pair [x, y]; draw the point again")
    x, y = points[0]
    corner_based = point(x, y, f"{where}.points")
    if corner_based is None:
        raise DatasetError(f"{where}.points has no coordinates; draw the point again or delete it")
    column, row = from_labelme(corner_based)
    return float(column), float(row)
