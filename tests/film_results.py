# SPDX-License-Identifier: Apache-2.0
"""Results of films for tests, as a network that is not calibrated gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bundle.measurements import Definition, measure
from bundle.results.film_result import FilmResult, Model


def film_result(image: Path, names: Sequence[str], landmarks: np.ndarray, **changed: Any) -> FilmResult:
    """A result on a film of 80 x 48 pixels of 0.2 mm, of whose attributes some are others."""
    attributes: dict[str, Any] = {
        "name": image.name,
        "size": (80, 48),
        "upright": np.eye(3),
        "spacing": np.array([0.2, 0.2], dtype=np.float32),
        "spacing_provenance": "PixelSpacing, calibrated",
        "model": Model("a model", "0.1.0", "ab" * 32),
    }
    return FilmResult(image=image, names=tuple(names), landmarks=landmarks, **{**attributes, **changed})


def measured(results: Sequence[FilmResult], *definitions: Definition) -> list[FilmResult]:
    """The results with what is measured from their landmarks."""
    return [
        replace(
            result,
            measurements=measure(
                definitions, result.names, result.landmarks, result.spacing, result.size, result.upright
            ),
        )
        for result in results
    ]
