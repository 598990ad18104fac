# SPDX-License-Identifier: Apache-2.0
"""Landmarks as 3D Slicer Markups: a folder with one `.mrk.json` or `.fcsv` an image, a point's label its landmark."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bundle.coordinates import from_slicer
from bundle.dataset.description import Point
from bundle.errors import DatasetError, RadiographError
from bundle.films.slicer_geometry import slicer_geometry
from bundle.films.suffix import has_suffix
from bundle.importers.annotations import Annotations
from bundle.importers.entries import Entry, read_json
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.marked_film import AnnotationSource, MarkedFilm, annotations_of, as_point
from bundle.importers.parsing import quoted
from bundle.importers.slicer_fcsv import fcsv_positions

_MARKUPS, _FCSV = ".mrk.json", ".fcsv"

# Of several markups in a file, those that are lists of points; lines and angles have labels of their own.
_POINT_LIST = "Fiducial"

# Factors to LPS of the coordinate systems that Markups may name, or number as Slicer does.
_TO_LPS = dict.fromkeys(("LPS", "1"), (1.0, 1.0, 1.0)) | dict.fromkeys(("RAS", "0"), (-1.0, -1.0, 1.0))

_NOT_PLACED = ("undefined", "missing", "preview")
_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "dm": 100.0, "m": 1000.0, "um": 0.001, "nm": 1e-6}
_UNITS = ", ".join(_MILLIMETRES)


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    return "it holds Markups of 3D Slicer" if look.named(_MARKUPS, _FCSV) else None


def read_slicer(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read the control points of all `NAME.mrk.json` and `NAME.fcsv` below a folder, each of the image NAME.

    Positions are mm in the patient's frame. They become pixels by the spacing, origin and direction that ITK reads from
    the image, because Slicer places an image through ITK: a PNG or JPEG has its first pixel at the origin and, without
    a resolution in its header, 1 mm a pixel.

    Args:
        source: Folder of the Markups files.
        images: Folder of the images as they were loaded in Slicer; by default that of the Markups.
        names: Names of the landmarks in order; by default the labels as they first appear.

    Raises:
        DatasetError: naming the file and the field of a malformed entry, or an image that is missing.
    """
    files = FirstLook(source).named(_MARKUPS, _FCSV)
    if not files:
        raise DatasetError(f"{source}: holds no {_MARKUPS} or {_FCSV} file; give the folder of the Markups")
    folder = ImageFolder(images or source)
    films = []
    for file in files:
        positions = fcsv_positions(file) if has_suffix(file, (_FCSV[1:],)) else _positions(read_json(file))
        name = file.name[: -len(_FCSV if has_suffix(file, (_FCSV[1:],)) else _MARKUPS)]
        image = folder.find(name, str(file), file.parent.relative_to(source))
        films.append(MarkedFilm(image, str(file), _pixels(positions, folder.folder / image)))
    return annotations_of(films, names, AnnotationSource(source, folder.folder, shown_turned=False))


def points_of_markups(content: Entry, image: Path) -> dict[str, Point]:
    """The points of a Markups file by landmark, in pixels of an image; those that are not placed are left out.

    Args:
        content: Of the file.
        image: As it was loaded in Slicer.

    Raises:
        DatasetError: naming the field of a malformed entry; or ITK, and so Slicer, cannot read the image.
    """
    return _pixels(_positions(content), image)


def _positions(content: Entry) -> dict[str, list[float]]:
    """LPS positions in mm by label."""
    markups = content.member("markups").elements()
    if len(markups) > 1:
        markups = [markup for markup in markups if markup.members().get("type", markup).value == _POINT_LIST]
    named: dict[str, list[float]] = {}
    for markup in markups:
        _add_positions(named, markup)
    return named


def _add_positions(named: dict[str, list[float]], markup: Entry) -> None:
    to_lps = np.multiply(_to_lps(markup), _millimetres(markup))
    control_points = markup.optional("controlPoints")
    for control_point in control_points.elements() if control_points else ():
        status = control_point.optional("positionStatus")
        if status is not None and status.text() in _NOT_PLACED:
            continue
        if status is not None and status.value != "defined":
            raise status.wrong(f"defined or one of {', '.join(_NOT_PLACED)}")
        label = control_point.member("label")
        if not label.label() or label.label() in named:
            raise DatasetError(f"{label.where} is {quoted(label.value)}; give each point the name of its own landmark")
        named[label.label()] = (to_lps * _position(control_point.member("position"))).tolist()


def _to_lps(markup: Entry) -> tuple[float, float, float]:
    system = markup.optional("coordinateSystem")
    if system is None:
        return _TO_LPS["LPS"]
    if system.text() not in _TO_LPS:
        raise DatasetError(f"{system.where} is {quoted(system.value)}; save the points in LPS or RAS")
    return _TO_LPS[system.text()]


def _millimetres(markup: Entry) -> float:
    """Millimetres of the markup's unit, a code or a list of code, scheme and meaning."""
    units = markup.optional("coordinateUnits")
    if units is None:
        return 1.0
    code = units.elements()[0].text() if units.value and isinstance(units.value, list) else units.text()
    if code not in _MILLIMETRES:
        raise DatasetError(f"{units.where} is {quoted(units.value)}; save the points in one of {_UNITS}")
    return _MILLIMETRES[code]


def _position(position: Entry) -> list[float]:
    values = [value.number() for value in position.elements()]
    if len(values) != 3 or np.isnan(values).any():
        raise position.wrong("three numbers")
    return values


def _pixels(named: dict[str, list[float]], image: Path) -> dict[str, Point]:
    if not named:
        return {}
    try:
        geometry = slicer_geometry(image)
    except RadiographError as error:
        raise DatasetError(str(error)) from error
    pixels = from_slicer(list(named.values()), *geometry)
    return {label: as_point(pixel) for label, pixel in zip(named, pixels, strict=True)}
