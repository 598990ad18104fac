# SPDX-License-Identifier: Apache-2.0
"""What inference found on one film, as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bundle.files import write_text
from bundle.reports.film_output import FilmOutput
from bundle.reports.prediction import Prediction


class JsonOutput(FilmOutput):
    """`<film>.json`: the content of `prediction_document`."""

    suffix = ".json"

    def write(self, prediction: Prediction, file: Path) -> None:
        """Write a prediction to a file."""
        document = prediction_document(prediction)
        write_text(file, json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def prediction_document(prediction: Prediction) -> dict[str, Any]:
    """Return the landmarks of one film as plain Python values fit for JSON.

    Returns:
        `name`, `size`, `spacing`, `spacing_provenance`, `model`, `warnings`, `landmarks`, each with `name`, `x`, `y`
        in pixels of the stored image, and `x_mm`, `y_mm` from the centre of the first pixel, and `measurements`, each
        with `name`, `value` and `unit`. None stands for what is unknown.
    """
    spacing = [float(value) if math.isfinite(value) else None for value in prediction.spacing]
    return {
        "name": prediction.name,
        "size": list(prediction.size),
        "spacing": None if None in spacing else spacing,
        "spacing_provenance": prediction.spacing_provenance,
        "model": asdict(prediction.model),
        "warnings": list(prediction.warnings),
        "landmarks": [
            {
                "name": name,
                "x": _known(x),
                "y": _known(y),
                "x_mm": _known(x * prediction.spacing[0]),
                "y_mm": _known(y * prediction.spacing[1]),
            }
            for name, (x, y) in zip(prediction.names, prediction.landmarks, strict=True)
        ],
        "measurements": [
            {"name": measured.name, "value": _known(measured.value), "unit": measured.unit}
            for measured in prediction.measurements
        ],
    }


def _known(value: float) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None
