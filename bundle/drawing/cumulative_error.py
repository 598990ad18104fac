# SPDX-License-Identifier: Apache-2.0
"""The cumulative error: which share of all landmarks lies within an error, for every error."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from bundle.drawing.figure import MUTED, add_legend, line_styles, new_axes, set_labels
from bundle.metrics.radial_error import FAILURE_THRESHOLD
from bundle.metrics.summary import DETECTION_RADII_MM

MILLIMETRES = "mm"
MOST_CURVES_WITH_LEGEND_INSIDE = 5
WIDTH_PERCENT = "% of image width"


def comparable_errors(millimetres: np.ndarray, width_fraction: np.ndarray) -> tuple[np.ndarray, str]:
    """Choose a unit in which films of different pixel size compare.

    Args:
        millimetres: Errors in mm of any shape, NaN where unknown.
        width_fraction: The same errors as shares of the image width, NaN where unknown.

    Returns:
        The errors and their unit: mm where every measured error is known in mm, else per cent of the image width.
    """
    if np.array_equal(np.isnan(millimetres), np.isnan(width_fraction)):
        return millimetres, MILLIMETRES
    return 100 * width_fraction, WIDTH_PERCENT


def draw_cumulative_error(curves: Mapping[str, np.ndarray], unit: str) -> Figure:
    """Draw one curve a method, with the detection radii (mm) or the failure threshold (width) as reference lines.

    Args:
        curves: Errors of each method, of any shape, NaN where unknown; the main method first. A method without any
            known error keeps its colour, and is not drawn.
        unit: What the errors are measured in.
    """
    many = len(curves) > MOST_CURVES_WITH_LEGEND_INSIDE
    figure, (chart,) = new_axes(width=6.6 if many else 4.2)
    known = {name: np.sort(errors[~np.isnan(errors)]) for name, errors in curves.items()}
    for (name, errors), line in zip(known.items(), line_styles(), strict=False):
        if errors.size:
            share = np.arange(1, errors.size + 1) / errors.size
            chart.step(np.r_[0, errors], np.r_[0, share], where="post", label=name, **line)
    references = DETECTION_RADII_MM if unit == MILLIMETRES else (100 * FAILURE_THRESHOLD,)
    for reference in references:
        chart.axvline(reference, color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)))
    chart.set_xlim(0, max(_shown_range(errors) for errors in known.values()))
    chart.set_ylim(0, 1.01)
    chart.yaxis.set_major_formatter(PercentFormatter(1.0))
    set_labels(chart, "Landmarks within this error", f"radial error, {unit}")
    add_legend(chart, "beside" if many else "lower right")
    return figure


def _shown_range(errors: np.ndarray) -> float:
    """Return an error that all but a few outliers lie below, and that shows every reference line."""
    finite = errors[np.isfinite(errors)]
    return max(6.0, float(np.quantile(finite, 0.97))) if finite.size else 6.0
