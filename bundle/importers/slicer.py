# SPDX-License-Identifier: Apache-2.0
"""Landmarks as 3D Slicer Markups: a folder with one `.mrk.json` an image, a control point's label its landmark."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bundle.coordinates import from_slicer
from bundle.dataset.description import Film, Point
from bundle.errors import DatasetError, RadiographError
from bundle.films.slicer_geometry import slicer_geometry
from bundle.importers.annotations import Annotations
from bundle.importers.entries import Entry, read_json
from bundle.importers.image_folder import ImageFolder
from bundle.importers.parsing import annotation_files, first_appearances, in_order, quoted

_SUFFIX = ".mrk.json"

# Factors to LPS of the coordinate systems that Markups may name, or number as Slicer does.
_TO_LPS = dict.fromkeys(("LPS", "1"), (1.0, 1.0, 1.0)) | dict.fromkeys(("RAS", "0"), (-1.0, -1.0, 1.0))

_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "dm": 100.0, "m": 1000.0, "um": 0.001, "nm": 1e-6}
_UNITS = ", ".join(_MILLIMETRES)


def read_slicer(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read the control points of all `NAME.mrk.json` below a folder, each of the image NAME.

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
    folder = ImageFolder(images or source)
    positions = {file: _positions(file) for file in annotation_files(source, f"**/*{_SUFFIX}")}
    names = names or first_appearances((label for named in positions.values() for label in named), str(source))
    films = []
    for file, named in positions.items():
        image = folder.find(file.name.removesuffix(_SUFFIX), str(file), file.parent.relative_to(source))
        films.append(Film(image, in_order(_pixels(named, folder.folder / image), names, str(file))))
    return Annotations(folder.folder, names, tuple(films), shown_turned=False)


def _positions(file: Path) -> dict[str, list[float]]:
    """LPS positions in mm by label."""
    markups = read_json(file).member("markups").elements()
    if len(markups) != 1:
        raise DatasetError(f"{file}: does not hold exactly one markup; save one point list a file")
    to_lps = np.multiply(_to_lps(markups[0]), _millimetres(markups[0]))
    control_points = markups[0].optional("controlPoints")
    named: dict[str, list[float]] = {}
    for control_point in control_points.elements() if control_points else ():
        status = control_point.optional("positionStatus")
        if status is not None and status.value != "defined":
            continue
        label = control_point.member("label")
        if not label.label() or label.label() in named:
            raise DatasetError(f"{label.where} is {quoted(label.value)}; give each point the name of its own landmark")
        named[label.label()] = (to_lps * _position(control_point.member("position"))).tolist()
    return named


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
    return {label: (float(x), float(y)) for label, (x, y) in zip(named, pixels, strict=True)}
