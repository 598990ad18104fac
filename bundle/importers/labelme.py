# SPDX-License-Identifier: Apache-2.0
"""Landmarks as LabelMe points: a folder with one JSON file an image, a point's label its landmark."""

from __future__ import annotations

from pathlib import Path

from bundle.coordinates import from_labelme
from bundle.dataset.description import Film, Point
from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations
from bundle.importers.entries import Entry, marked_size, read_json
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.parsing import annotation_files, first_appearances, in_order, point


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    known = {"shapes", "imagePath"} <= look.json_object.keys()
    return "its JSON has the shapes and imagePath of LabelMe" if known else None


def read_labelme(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read the shapes of type `point` of all JSON files below a folder; a landmark without a point is missing.

    Args:
        source: Folder of the JSON files.
        images: Folder of the images; by default that of the JSON files.
        names: Names of the landmarks in order; by default the labels as they first appear.

    Raises:
        DatasetError: naming the file and the field of a malformed entry, or an image that is missing.
    """
    folder = ImageFolder(images or source)
    marked = [(file, read_json(file)) for file in annotation_files(source, "**/*.json")]
    points = [_labelled_points(content) for _, content in marked]
    names = names or first_appearances((label for named in points for label in named), str(source))
    films, marked_on = [], {}
    for (file, content), named in zip(marked, points, strict=True):
        path = content.optional("imagePath")
        image = folder.find(path.text() if path else file.stem, f"{file}: imagePath", file.parent.relative_to(source))
        films.append(Film(image, in_order(named, names, str(file))))
        if size := marked_size(content, "imageWidth", "imageHeight"):
            marked_on[image] = size
    return Annotations(folder.folder, names, tuple(films), marked_on=marked_on, shown_turned=True)


def _labelled_points(content: Entry) -> dict[str, Point]:
    named: dict[str, Point] = {}
    for shape in content.member("shapes").elements():
        label = shape.member("label").label()
        if shape.member("shape_type").value != "point":
            continue
        if label in named:
            raise DatasetError(f"{shape.where} is a second point {label!r}; keep one of them")
        named[label] = _centre(shape.member("points"))
    return named


def _centre(points: Entry) -> Point:
    pairs = [pair.elements() for pair in points.elements()]
    if [len(pair) for pair in pairs] != [2]:
        raise points.wrong("one pair [x, y]")
    corner_based = point(pairs[0][0].value, pairs[0][1].value, points.where)
    if corner_based is None:
        raise DatasetError(f"{points.where} has no coordinates; draw the point again or delete it")
    column, row = from_labelme(corner_based)
    return float(column), float(row)
