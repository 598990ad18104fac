# SPDX-License-Identifier: Apache-2.0
"""The figures that tables show of an evaluation, of one draw and of several."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bundle.comparison.methods import Method
from bundle.comparison.results import MILLIMETRES, PIXELS, Result, Results
from bundle.metrics.summary import DETECTION_RADII_MM
from bundle.page.html import UNKNOWN


class Figure(NamedTuple):
    """A column of a table.

    Attributes:
        heading: What the column is called.
        key: Its name in `overall` of a `metrics.json`.
        share: Whether it lies in [0, 1] and is shown in per cent.
    """

    heading: str
    key: str
    share: bool = False

    def text(self, values: Sequence[float]) -> str:
        """The mean of values, ± their standard deviation where there are several; a dash where there is none."""
        if not values or not all(map(math.isfinite, values)):
            return UNKNOWN
        scale, digits, unit = (100, 1, " %") if self.share else (1, 2, "")
        spread = f" ± {scale * deviation(values):.{digits}f}" if len(values) > 1 else ""
        return f"{scale * np.mean(values):.{digits}f}{spread}{unit}"


def error_figures(unit: str) -> list[Figure]:
    """Mean and standard deviation of the errors, in mm or px."""
    return [Figure(f"mean error, {unit}", f"mean_{unit}"), Figure(f"std error, {unit}", f"std_{unit}")]


FAILURES = Figure("failure rate", "failure_rate", share=True)
DETECTION = [Figure(f"SDR {radius:g} mm", f"sdr_{radius:g}mm", share=True) for radius in DETECTION_RADII_MM]


def known_figures(results: Results) -> list[Figure]:
    """All of them, those in mm only where every error is known in mm."""
    in_mm = [*error_figures(MILLIMETRES), *error_figures(PIXELS), FAILURES, *DETECTION]
    return in_mm if results.in_mm else [*error_figures(PIXELS), FAILURES]


def values_of_draws(results: Results, method: Method, shots: int, key: str) -> list[float]:
    """A figure of every draw that counts."""
    figures = (evaluation.metrics["overall"][key] for evaluation in results.done(method, shots).values())
    return [value for value in figures if value is not None]


def value_of_draw(result: Result, key: str) -> list[float]:
    """A figure of one draw, whether it counts or not; empty where unknown."""
    value = result.evaluation.metrics["overall"][key] if result.evaluation else None
    return [] if value is None else [value]


def deviation(values: Sequence[float]) -> float:
    """Standard deviation over draws, of which those at hand are a sample."""
    return float(np.std(values, ddof=1))
