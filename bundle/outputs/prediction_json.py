# SPDX-License-Identifier: Apache-2.0
"""What inference found on one film, as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bundle.confidence import Confidence
from bundle.files import write_text
from bundle.outputs.film_output import FilmOutput
from bundle.results.film_result import FilmResult


class JsonOutput(FilmOutput):
    """`<film>.json`: the content of `prediction_document`."""

    suffix = ".json"

    def write(self, result: FilmResult, file: Path) -> None:
        """Write a prediction to a file."""
        document = prediction_document(result)
        write_text(file, json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def prediction_document(result: FilmResult) -> dict[str, Any]:
    """Return the landmarks of one film as plain Python values fit for JSON.

    Returns:
        `name`, `size`, `spacing`, `spacing_provenance`, `model`, `warnings`, `confidence` (see `_confidence`),
        `landmarks`, each with `name`, `x`, `y` in pixels of the stored image, `x_mm`, `y_mm` from the centre of the
        first pixel, and the error to expect in both units, `not_looked_for`, names of those that the network never saw,
        and `measurements`, each with `name`, `value` and `unit`.
        None stands for what is unknown.
    """
    spacing = [float(value) if math.isfinite(value) else None for value in result.spacing]
    expected = zip(result.expected_error_px, result.expected_error_mm, strict=True)
    return {
        "name": result.name,
        "size": list(result.size),
        "spacing": None if None in spacing else spacing,
        "spacing_provenance": result.spacing_provenance,
        "model": asdict(result.model),
        "warnings": list(result.warnings),
        "confidence": None if result.confidence is None else _confidence(result.confidence),
        "landmarks": [
            {
                "name": name,
                "x": _known(x),
                "y": _known(y),
                "x_mm": _known(x * result.spacing[0]),
                "y_mm": _known(y * result.spacing[1]),
                "expected_error_px": _known(error_px),
                "expected_error_mm": _known(error_mm),
            }
            for name, (x, y), (error_px, error_mm) in zip(result.names, result.landmarks, expected, strict=True)
        ],
        "not_looked_for": list(result.not_looked_for),
        "measurements": [
            {"name": measured.name, "value": _known(measured.value), "unit": measured.unit}
            for measured in result.measurements
        ],
    }


def _confidence(confidence: Confidence) -> dict[str, Any]:
    """The film's `decision` (accept or review), why, and the figures with the limits that it rests on."""
    return {
        "decision": confidence.decision,
        "reasons": list(confidence.reasons),
        "expected_error_px": _known(confidence.mean_expected_error),
        "error_limit_px": _known(confidence.error_limit),
        "unlikeness": _known(confidence.unlikeness),
        "unlikeness_limit": _known(confidence.unlikeness_limit),
    }


def _known(value: float) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None
