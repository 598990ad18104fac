# SPDX-License-Identifier: Apache-2.0
"""Landmarks as VGG Image Annotator (VIA 1 and 2) writes them: regions of shape point, as JSON, project or CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bundle.coordinates import from_corner
from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations, Unit
from bundle.importers.entries import Entry, parse_json, read_json
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.marked_film import AnnotationSource, MarkedFilm, NamedPoints, annotations_of, as_point
from bundle.importers.parsing import annotation_file, read_text
from bundle.importers.table import table_rows

_METADATA = "_via_img_metadata"
_SHAPE, _ATTRIBUTES = "region_shape_attributes", "region_attributes"

# Of several attributes of a region, the one that names the landmark.
_NAMING = ("name", "landmark", "label", "type")


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    if look.table and _SHAPE in look.table[0]:
        return f"its table has the column {_SHAPE} of VGG Image Annotator"
    first = next(iter(look.json_object.values()), None)
    if _METADATA in look.json_object or (isinstance(first, dict) and {"filename", "regions"} <= first.keys()):
        return "its JSON has the regions of VGG Image Annotator"
    return None


def read_via(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read the regions of shape point; their attribute `name`, or the only one they have, is the landmark.

    Args:
        source: The JSON or CSV file, or a folder with one.
        images: Folder of the images; by default that of the file.
        names: Names of the landmarks in order; by default those that first appear.

    Raises:
        DatasetError: naming the file and the place of a malformed entry, or an image that is missing.
    """
    file = annotation_file(source, "*.json", "*.csv")
    folder = ImageFolder(images or file.parent)
    films = []
    for name, where, regions in _table(file) if file.suffix.lower() == ".csv" else _metadata(file):
        points = NamedPoints()
        for shape, attributes in regions:
            if shape.members().get("name", shape).value == "point":
                centre = shape.member("cx").coordinate(), shape.member("cy").coordinate()
                points.mark(_label(attributes), as_point(from_corner(centre)), shape.where)
        films.append(MarkedFilm(folder.find(name, where), where, points))
    return annotations_of(films, names, AnnotationSource(file, folder.folder, unit=Unit.PIXELS, shown_turned=True))


def _label(attributes: Entry) -> str:
    members = attributes.members()
    key = next((key for key in _NAMING if key in members), next(iter(members), None))
    if key is None or (key not in _NAMING and len(members) > 1):
        raise DatasetError(f"{attributes.where}: none is called name; give each point the name of its landmark")
    value = members[key]
    if isinstance(value.value, dict):  # a checkbox
        ticked = [option for option, state in value.value.items() if state]
        return Entry(ticked[0] if len(ticked) == 1 else None, value.where).label()
    return value.label()


_Regions = Iterable[tuple[Entry, Entry]]


def _metadata(file: Path) -> Iterator[tuple[str, str, _Regions]]:
    content = read_json(file)
    for entry in (content.optional(_METADATA) or content).members().values():
        yield entry.member("filename").text(), entry.where, _regions(entry.member("regions"))


def _regions(regions: Entry) -> Iterator[tuple[Entry, Entry]]:
    listed = isinstance(regions.value, list)
    for region in regions.elements() if listed else regions.members().values():  # VIA 1 has an object
        yield region.member("shape_attributes"), region.member("region_attributes")


def _table(file: Path) -> Iterator[tuple[str, str, _Regions]]:
    """Regions of each image of the CSV, whose cells hold JSON."""
    header, *rows = table_rows(file, read_text(file).lstrip("#"))
    if not {"filename", _SHAPE, _ATTRIBUTES} <= set(header.cells):
        raise DatasetError(f"{file}: has no columns filename, {_SHAPE} and {_ATTRIBUTES}; export it from VIA again")
    films: dict[str, list[tuple[Entry, Entry]]] = {}
    for cells, where in rows:
        row = dict(zip(header.cells, cells, strict=False))
        shape, attributes = (parse_json(row.get(name) or "{}", f"{where}, {name}") for name in (_SHAPE, _ATTRIBUTES))
        films.setdefault(row.get("filename", ""), []).append((shape, attributes))
    for name, regions in films.items():
        yield name, regions[0][0].where, regions
