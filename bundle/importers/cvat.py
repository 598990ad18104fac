# SPDX-License-Identifier: Apache-2.0
"""Landmarks as CVAT XML 1.1 of images: points, polylines and skeletons, in one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from bundle.coordinates import from_corner
from bundle.dataset.description import Point
from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations, MarkedSize
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.marked_film import AnnotationSource, MarkedFilm, NamedPoints, annotations_of, as_point
from bundle.importers.parsing import annotation_file, number, point


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    return "its XML begins with <annotations>, as CVAT's does" if "<annotations>" in look.start(".xml") else None


def read_cvat(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read the shapes of type points and polyline, and skeletons; a point marked `outside` is missing.

    A shape of one point is the landmark of its label. The points of a longer shape are called `LABEL 1`, `LABEL 2`, …
    and those of a skeleton by their own labels, with that of the skeleton before them where two skeletons share them.

    Args:
        source: The XML file, or a folder with one.
        images: Folder of the images; by default that of the file.
        names: Names of the landmarks in order; by default the labels as the file lists them.

    Raises:
        DatasetError: naming the file and the place of a malformed entry, or an image that is missing.
    """
    file = annotation_file(source, "*.xml")
    root = _root(file)
    if root.find("track") is not None:
        raise DatasetError(f"{file}: holds tracks of a video; export the task as 'CVAT for images 1.1'")
    folder = ImageFolder(images or file.parent)
    shared = _shared_parts(root)
    films: list[MarkedFilm] = []
    lengths: dict[str, int] = {}
    for index, image in enumerate(root.iter("image")):
        where = f"{file}: image {index} ({image.get('name', 'without name')})"
        points = NamedPoints()
        for shape in image:
            _mark(points, shape, shared, lengths, where)
        films.append(MarkedFilm(folder.find(image.get("name", ""), where), where, points, _size(image, where)))
    return annotations_of(
        films, names, AnnotationSource(file, folder.folder, _listed(root, lengths, shared), shown_turned=True)
    )


def _root(file: Path) -> Element:
    try:
        root = ElementTree.parse(file).getroot()
    except (ElementTree.ParseError, OSError, ValueError, LookupError) as error:
        raise DatasetError(f"{file}: cannot be read as XML ({error}); export it from CVAT again") from error
    if root.tag != "annotations":
        raise DatasetError(f"{file}: its root is <{root.tag}>, not <annotations>; export it as 'CVAT for images 1.1'")
    return root


def _size(image: Element, where: str) -> MarkedSize | None:
    width, height = (number(image.get(side), f"{where}, {side}") for side in ("width", "height"))
    return MarkedSize(width, height, where) if width > 0 and height > 0 else None


def _shared_parts(root: Element) -> set[str]:
    """Labels of points that more than one kind of skeleton has."""
    pairs = {
        (skeleton.get("label"), part.get("label"))
        for skeleton in root.iter("skeleton")
        for part in skeleton.iter("points")
    }
    return {str(label) for label, count in Counter(part for _, part in pairs).items() if count > 1}


def _mark(points: NamedPoints, shape: Element, shared: set[str], lengths: dict[str, int], where: str) -> None:
    label = (shape.get("label") or "").strip()
    if shape.tag == "skeleton":
        for part in shape.iter("points"):
            name = (part.get("label") or "").strip()
            (only,) = _points(part, f"{where}, skeleton {label!r}", 1)
            if part.get("outside") != "1":
                points.mark(f"{label} {name}" if name in shared else name, only, f"{where}, skeleton {label!r}")
    elif shape.tag in ("points", "polyline") and shape.get("outside") != "1":
        place = f"{where}, {shape.tag} {label!r}"
        found = _points(shape, place)
        if lengths.setdefault(label, len(found)) != len(found):
            raise DatasetError(
                f"{place}: has {len(found)} points where the first has {lengths[label]}; "
                "draw the same points in every film, each with a label of its own"
            )
        for name, marked in zip(_numbered(label, len(found)), found, strict=True):
            points.mark(name, marked, place)


def _points(shape: Element, where: str, count: int | None = None) -> list[Point]:
    texts = (shape.get("points") or "").split(";")
    found: list[Point] = []
    for text in texts:
        x, comma, y = text.partition(",")
        pair = point(x, y, where) if comma else None
        if pair is None:
            raise DatasetError(f"{where}: {text!r} is not a point x,y; export it from CVAT again")
        found.append(as_point(from_corner(pair)))
    if count is not None and len(found) != count:
        raise DatasetError(f"{where}: has {len(found)} points in one element, not {count}; export it from CVAT again")
    return found


def _numbered(label: str, count: int) -> list[str]:
    return [label] if count == 1 else [f"{label} {number}" for number in range(1, count + 1)]


def _listed(root: Element, lengths: dict[str, int], shared: set[str]) -> list[str]:
    return [name for label in root.iter("label") for name in _names(label, lengths, shared)]


def _names(label: Element, lengths: dict[str, int], shared: set[str]) -> Iterator[str]:
    name, parent = (label.findtext("name") or "").strip(), (label.findtext("parent") or "").strip()
    if parent and name in shared:
        yield f"{parent} {name}"
    else:
        yield from _numbered(name, lengths.get(name, 1))
