# SPDX-License-Identifier: Apache-2.0
"""Landmarks as 3D Slicer Markups: a folder with one `.mrk.json` an image, a control point's label its landmark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bundle.coordinates import from_slicer
from bundle.dataset.description import Film, Point
from bundle.errors import DatasetError, RadiographError
from bundle.films.slicer_geometry import slicer_geometry
from bundle.importers.annotations import Annotations
from bundle.importers.image_folder import ImageFolder
from bundle.importers.parsing import annotation_files, first_appearances, in_order, number, read_json

_SUFFIX = ".mrk.json"

# Factors to LPS of the coordinate systems that Markups may name.
_TO_LPS = {"LPS": (1.0, 1.0, 1.0), "RAS": (-1.0, -1.0, 1.0)}


def read_slicer(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read the control points of all `NAME.mrk.json` in a folder, each of the image NAME.

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
    positions = {file: _positions(file) for file in annotation_files(source, f"*{_SUFFIX}")}
    names = names or first_appearances((label for named in positions.values() for label in named), str(source))
    films = []
    for file, named in positions.items():
        image = folder.find(file.name.removesuffix(_SUFFIX), str(file))
        films.append(Film(image, in_order(_pixels(named, folder.folder / image), names, str(file))))
    return Annotations(folder.folder, names, tuple(films))


def _positions(file: Path) -> dict[str, list[float]]:
    """LPS positions in mm by label."""
    markups = read_json(file).get("markups")
    if not isinstance(markups, list) or len(markups) != 1 or not isinstance(markups[0], dict):
        raise DatasetError(f"{file}: does not hold exactly one markup; save one point list a file")
    system = markups[0].get("coordinateSystem", "LPS")
    if system not in _TO_LPS:
        raise DatasetError(f"{file}: markups[0].coordinateSystem is {system!r}; save the points in LPS or RAS")
    named: dict[str, list[float]] = {}
    for index, control_point in enumerate(markups[0].get("controlPoints") or []):
        where = f"{file}: markups[0].controlPoints[{index}]"
        if control_point.get("positionStatus", "defined") != "defined":
            continue
        label = str(control_point.get("label", ""))
        if not label or label in named:
            raise DatasetError(f"{where}.label is {label!r}; give each point the name of its own landmark")
        named[label] = [
            factor * value for factor, value in zip(_TO_LPS[system], _position(control_point, where), strict=True)
        ]
    return named


def _position(control_point: dict[str, Any], where: str) -> list[float]:
    position = control_point.get("position")
    values = [number(value, f"{where}.position") for value in position] if isinstance(position, list) else []
    if len(values) != 3 or np.isnan(values).any():
        raise DatasetError(f"{where}.position is not three numbers; place the point again")
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
