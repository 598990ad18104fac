# SPDX-License-Identifier: Apache-2.0
"""Landmarks as ImageJ or Fiji saves point selections: `.roi`, RoiSet `.zip`, and the table of results."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from bundle.dataset.description import Point
from bundle.errors import DatasetError
from bundle.films.suffix import has_suffix
from bundle.importers.annotations import Annotations, Unit
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.marked_film import AnnotationSource, MarkedFilm, NamedPoints, annotations_of, as_point, by_number
from bundle.importers.parsing import point
from bundle.importers.table import read_table

# Bytes that the selections of one film may unpack to.
_MOST_UNPACKED = 50_000_000

# The name that ImageJ gives a selection itself: row and column, after the slice of a stack.
_OWN_NAME = re.compile(r"^(\d{4,}-)?\d{4,}-\d{4,}(-\d+)?$")
_ROI_SET = re.compile(r"[-_ ]*roiset[-_ ]*", re.IGNORECASE)

_Selection = tuple[str, list[Point]]


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    if any(file.read_bytes()[:4] == b"Iout" for file in look.named(".roi")[:1]):
        return "its .roi files begin with ImageJ's Iout"
    for file in look.named(".zip")[:1]:
        if _only_selections(file):
            return "its .zip holds .roi files of ImageJ"
    if look.table and {"X", "Y"} <= set(look.table[0]) and not look.table[0][0]:
        return "its table has a first column without name, X and Y, as ImageJ's results"
    return None


def read_imagej(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read the point selections of each film: `NAME.roi`, `NAME.zip` or `NAME_RoiSet.zip`, or `NAME.csv` of results.

    A point is the landmark that its selection is named by. The points of one multi-point selection, of selections that
    nobody named, and of a table are told by their order.

    Args:
        source: Folder of the files, or one of them.
        images: Folder of the images; by default that of the files.
        names: Names of the landmarks in order.

    Raises:
        DatasetError: naming the file that is malformed, or an image that is missing.
    """
    files = [source] if source.is_file() else _files(source)
    folder = ImageFolder(images or files[0].parent)
    found: list[tuple[Path, str, list[_Selection]]] = []
    for file in files:
        if has_suffix(file, ("csv",)):
            found += [(folder.find(name, where), where, points) for name, where, points in _table(file)]
        else:
            name = _ROI_SET.sub("", file.stem)
            found.append((folder.find(name, str(file)), str(file), _selections(file)))
    films = [
        MarkedFilm(image, where, points)
        for (image, where, _), points in zip(found, _named([film[1:] for film in found], names), strict=True)
    ]
    unit = None if any(has_suffix(file, ("csv",)) for file in files) else Unit.PIXELS
    return annotations_of(films, names, AnnotationSource(source, folder.folder, unit=unit, shown_turned=False))


def _files(source: Path) -> list[Path]:
    files = FirstLook(source).named(".roi", ".zip", ".csv")
    if not files:
        raise DatasetError(f"{source}: holds no .roi, .zip or .csv file; give the folder of the selections")
    return files


def _named(films: Sequence[tuple[str, list[_Selection]]], names: tuple[str, ...] | None) -> list[NamedPoints]:
    named = [bool(name) and len(points) == 1 for _, selections in films for name, points in selections]
    if not any(named):
        in_order = [
            (where, [position for _, points in selections for position in points]) for where, selections in films
        ]
        return by_number(in_order, names)[1]
    marked = []
    for where, selections in films:
        film = NamedPoints()
        for name, points in selections:
            if not name or len(points) != 1:
                raise DatasetError(f"{where}: has points with and without a name; name every one in the ROI Manager")
            film.mark(name, points[0], where)
        marked.append(film)
    return marked


def _only_selections(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except Exception:  # whatever a broken archive leads to: its reader says so
        return False
    return bool(names) and all(name.lower().endswith(".roi") for name in names)


def _selections(file: Path) -> list[_Selection]:
    from roifile import ROI_TYPE, ImagejRoi

    try:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED:
                    raise DatasetError(f"{file}: unpacks to more than selections of points do; give a RoiSet of ImageJ")
        content = ImagejRoi.fromfile(file)
        rois = [roi for roi in (content if isinstance(content, list) else [content]) if roi.roitype == ROI_TYPE.POINT]
        return [(_name(roi.name, file), [as_point(position) for position in roi.coordinates()]) for roi in rois]
    except DatasetError:
        raise
    except Exception as error:  # the parser raises whatever a broken file leads it to
        raise DatasetError(f"{file}: cannot be read as a selection of ImageJ; save it again") from error


def _name(name: str, file: Path) -> str:
    """The name that a person gave a selection; empty where it is ImageJ's own, or that of the file."""
    return "" if _OWN_NAME.match(name or "") or name == file.stem else (name or "").strip()


def _table(file: Path) -> list[tuple[str, str, list[_Selection]]]:
    """The films of a table of results: that of its name, or those of the column Label."""
    header, *rows = read_table(file)
    if not {"X", "Y"} <= set(header.cells):
        raise DatasetError(f"{file}: has no columns X and Y; measure the points with 'Centroid' set in ImageJ")
    films: dict[str, tuple[str, list[_Selection]]] = {}
    for cells, where in rows:
        row = dict(zip(header.cells, cells, strict=False))
        position = point(row.get("X"), row.get("Y"), where)
        if position is None:
            raise DatasetError(f"{where}: has no X and Y; measure the point again or delete the row")
        image, _, name = (row.get("Label") or file.stem).partition(":")
        films.setdefault(image, (where, []))[1].append((_name(name, file), [position]))
    return [(image, where, points) for image, (where, points) in films.items()]
