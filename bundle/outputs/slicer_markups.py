# SPDX-License-Identifier: Apache-2.0
"""Landmarks as a point list of 3D Slicer (Markups JSON, schema 1.0.3), to be loaded beside the film itself."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bundle.confidence.verdict import REVIEW
from bundle.coordinates import to_slicer
from bundle.drawing.overlay import REVIEW_MARK
from bundle.files import write_text
from bundle.films.slicer_geometry import slicer_geometry
from bundle.outputs.film_output import FilmOutput
from bundle.results.film_result import FilmResult

SCHEMA = (
    "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
    "markups-schema-v1.0.3.json#"
)


REVIEW_COLOUR = [round(channel / 255, 2) for channel in REVIEW_MARK]
"""Of the points of a film to be reviewed, as red, green and blue in [0, 1]; otherwise Slicer chooses."""


class SlicerOutput(FilmOutput):
    """`<film>.mrk.json`: the content of `markups`, which `python -m bundle import slicer` reads back."""

    suffix = ".mrk.json"

    def write(self, result: FilmResult, file: Path) -> None:
        """Write the result of a film to a file."""
        write_text(file, json.dumps(markups(result), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def markups(result: FilmResult) -> dict[str, Any]:
    """Return the landmarks as one markup of type Fiducial, positions in LPS mm where Slicer places the film.

    A missing landmark keeps its place in the list, with `positionStatus` "undefined". Where the network is calibrated,
    the description of a point is the error to expect, and the list of a film to be reviewed says so by name and colour.
    That of a landmark which the network never saw is "not looked for".

    Raises:
        RadiographError: ITK, and so Slicer, cannot read the film.
    """
    points = zip(result.names, result.landmarks, result.expected_error_px, result.expected_error_mm, strict=True)
    described = (
        ListedPoint(name, point, "not looked for" if name in result.not_looked_for else expectation(px, mm))
        for name, point, px, mm in points
    )
    return point_list(result.image, list(described), **_mark(result))


class ListedPoint(NamedTuple):
    """A point of a list.

    Attributes:
        name: Its landmark.
        point: `[2]` (x, y) in pixels of the stored image, NaN where missing.
        description: What a person reads about it.
    """

    name: str
    point: ArrayLike
    description: str = ""


def point_list(image: Path, points: Sequence[ListedPoint], **properties: Any) -> dict[str, Any]:
    """Points of an image as one markup of type Fiducial, see `markups`.

    Args:
        image: The film's file.
        points: In order.
        properties: Of the markup, such as its `name`.

    Raises:
        RadiographError: ITK, and so Slicer, cannot read the film.
    """
    pixels = np.array([each.point for each in points], dtype=np.float64).reshape(-1, 2)
    positions = to_slicer(pixels, *slicer_geometry(image))
    return {
        "@schema": SCHEMA,
        "markups": [
            {
                "type": "Fiducial",
                **properties,
                "coordinateSystem": "LPS",
                "coordinateUnits": "mm",
                "locked": False,
                "fixedNumberOfControlPoints": True,
                "labelFormat": "%N-%d",
                "controlPoints": [
                    _control_point(number, *each)
                    for number, each in enumerate(zip(points, positions, strict=True), start=1)
                ],
            }
        ],
    }


def _mark(result: FilmResult) -> dict[str, Any]:
    """What tells the list of a film to be reviewed from others."""
    if not result.to_review:
        return {}
    return {"name": f"{result.image.name} ({REVIEW})", "display": {"selectedColor": REVIEW_COLOUR}}


def _control_point(number: int, listed: ListedPoint, position: np.ndarray) -> dict[str, Any]:
    defined = bool(np.isfinite(position).all())
    return {
        "id": str(number),
        "label": listed.name,
        "description": listed.description,
        "associatedNodeID": "",
        "position": position.tolist() if defined else [0.0, 0.0, 0.0],
        "orientation": [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0],
        "selected": True,
        "locked": False,
        "visibility": True,
        "positionStatus": "defined" if defined else "undefined",
    }


def expectation(error_px: float, error_mm: float) -> str:
    """What a person reads about the error to expect of a landmark, NaN where unknown."""
    if not math.isfinite(error_px):
        return ""
    return f"expected error {error_px:.1f} px" + (f" ({error_mm:.2f} mm)" if math.isfinite(error_mm) else "")
