# SPDX-License-Identifier: Apache-2.0
"""The overlay picture of each film that inference was given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bundle.drawing.overlay import write_overlay
from bundle.outputs.film_output import FilmOutput
from bundle.outputs.prediction import Prediction


class OverlayOutput(FilmOutput):
    """`<film>.png`: the landmarks drawn on the film."""

    suffix = ".png"

    def write(self, prediction: Prediction, file: Path) -> None:
        """Write a prediction to a file."""
        write_overlay(overlay_record(prediction), file)


def overlay_record(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction as `overlay_picture` takes it: without ground truth."""
    return {
        "name": prediction.name,
        "image": prediction.image,
        "landmarks": prediction.landmarks,
        "label": None,
        "spacing": prediction.spacing,
        "confidence": prediction.confidence,
    }
