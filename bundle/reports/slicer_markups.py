# SPDX-License-Identifier: Apache-2.0
"""Landmarks as a point list of 3D Slicer (Markups JSON, schema 1.0.3), to be loaded beside the film itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from bundle.coordinates import to_slicer
from bundle.data.slicer_geometry import slicer_geometry
from bundle.files import write_text
from bundle.reports.film_output import FilmOutput
from bundle.reports.prediction import Prediction

SCHEMA = (
    "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
    "markups-schema-v1.0.3.json#"
)


class SlicerOutput(FilmOutput):
    """`<film>.mrk.json`: the content of `markups`, which `python -m bundle import slicer` reads back."""

    suffix = ".mrk.json"

    def write(self, prediction: Prediction, file: Path) -> None:
        """Write a prediction to a file."""
        write_text(file, json.dumps(markups(prediction), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def markups(prediction: Prediction) -> dict[str, Any]:
    """Return the landmarks as one markup of type Fiducial, positions in LPS mm where Slicer places the film.

    A missing landmark keeps its place in the list, with `positionStatus` "undefined".

    Raises:
        RadiographError: ITK, and so Slicer, cannot read the film.
    """
    positions = to_slicer(prediction.landmarks, *slicer_geometry(prediction.image))
    points = zip(prediction.names, positions, strict=True)
    return {
        "@schema": SCHEMA,
        "markups": [
            {
                "type": "Fiducial",
                "coordinateSystem": "LPS",
                "coordinateUnits": "mm",
                "locked": False,
                "fixedNumberOfControlPoints": True,
                "labelFormat": "%N-%d",
                "controlPoints": [_control_point(number, *point) for number, point in enumerate(points, start=1)],
            }
        ],
    }


def _control_point(number: int, name: str, position: np.ndarray) -> dict[str, Any]:
    defined = bool(np.isfinite(position).all())
    return {
        "id": str(number),
        "label": name,
        "description": "",
        "associatedNodeID": "",
        "position": position.tolist() if defined else [0.0, 0.0, 0.0],
        "orientation": [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0],
        "selected": True,
        "locked": False,
        "visibility": True,
        "positionStatus": "defined" if defined else "undefined",
    }
