# SPDX-License-Identifier: Apache-2.0
"""Landmarks as a point list of 3D Slicer (Markups JSON, schema 1.0.3), to be loaded beside the film itself."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

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
    positions = to_slicer(result.landmarks, *slicer_geometry(result.image))
    points = zip(result.names, positions, result.expected_error_px, result.expected_error_mm, strict=True)
    return {
        "@schema": SCHEMA,
        "markups": [
            {
                "type": "Fiducial",
                **_mark(result),
                "coordinateSystem": "LPS",
                "coordinateUnits": "mm",
                "locked": False,
                "fixedNumberOfControlPoints": True,
                "labelFormat": "%N-%d",
                "controlPoints": [
                    _control_point(number, *point, result) for number, point in enumerate(points, start=1)
                ],
            }
        ],
    }


def _mark(result: FilmResult) -> dict[str, Any]:
    """What tells the list of a film to be reviewed from others."""
    if not result.to_review:
        return {}
    return {"name": f"{result.image.name} ({REVIEW})", "display": {"selectedColor": REVIEW_COLOUR}}


def _control_point(
    number: int, name: str, position: np.ndarray, error_px: float, error_mm: float, result: FilmResult
) -> dict[str, Any]:
    defined = bool(np.isfinite(position).all())
    return {
        "id": str(number),
        "label": name,
        "description": "not looked for" if name in result.not_looked_for else _expectation(error_px, error_mm),
        "associatedNodeID": "",
        "position": position.tolist() if defined else [0.0, 0.0, 0.0],
        "orientation": [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0],
        "selected": True,
        "locked": False,
        "visibility": True,
        "positionStatus": "defined" if defined else "undefined",
    }


def _expectation(error_px: float, error_mm: float) -> str:
    if not math.isfinite(error_px):
        return ""
    return f"expected error {error_px:.1f} px" + (f" ({error_mm:.2f} mm)" if math.isfinite(error_mm) else "")
