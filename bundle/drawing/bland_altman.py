# SPDX-License-Identifier: Apache-2.0
"""Bland-Altman plots: the difference of two ways to measure over their mean, one chart a measurement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from bundle.drawing.figure import MUTED, SERIES, new_axes, set_labels
from bundle.metrics.agreement import agreement

PER_ROW = 4


class Compared(NamedTuple):
    """A measurement on N films.

    Attributes:
        name: Its name.
        unit: Its unit.
        predicted: `[N]` values, NaN where not measured.
        true: `[N]` true values, NaN where unknown.
    """

    name: str
    unit: str
    predicted: np.ndarray
    true: np.ndarray


def draw_bland_altman(measurements: Sequence[Compared], films: str = "") -> Figure:
    """Draw one chart a measurement, with the bias as a solid and the limits of agreement as dashed lines.

    Args:
        measurements: At least one.
        films: What the films are, to say above the charts where nothing beside them does.
    """
    figure, charts = new_axes(panels=len(measurements), per_row=PER_ROW)
    for chart, measurement in zip(charts, measurements, strict=True):
        means = (measurement.predicted + measurement.true) / 2
        differences = measurement.predicted - measurement.true
        chart.scatter(means, differences, s=10, color=SERIES[0], alpha=0.6, linewidths=0)
        found = agreement(measurement.predicted, measurement.true)
        for level, dash in ((found.bias, "solid"), (found.lower_limit, "dashed"), (found.upper_limit, "dashed")):
            if level is not None:
                chart.axhline(level, color=SERIES[1], linewidth=1.2, linestyle=dash)
        title = f"{measurement.name}\npredicted minus true, {measurement.unit}"
        set_labels(chart, title, f"mean of both, {measurement.unit}")
    if films:
        figure.suptitle(films, x=0.01, ha="left", color=MUTED, fontsize=10.5)
    return figure
