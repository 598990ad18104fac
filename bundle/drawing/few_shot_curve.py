# SPDX-License-Identifier: Apache-2.0
"""The error against the number of labelled films."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from bundle.drawing.figure import add_legend, line_styles, new_axes, set_labels

APART = 1.025
"""Ratio of the places of neighbouring methods on the axis, lest the dots of their draws hide each other."""


def draw_few_shot_curve(errors: Mapping[str, Mapping[int, Sequence[float]]], unit: str) -> Figure:
    """Draw one line a method through its mean over the draws, and a dot for every draw.

    Args:
        errors: For each method, by its number of labelled films, the mean error of every draw that converged; a method
            keeps its colour where it has none.
        unit: What the errors are measured in.
    """
    figure, (chart,) = new_axes(width=6.6)
    shots = sorted({number for by_shots in errors.values() for number in by_shots})
    for place, ((name, by_shots), line) in enumerate(zip(errors.items(), line_styles(), strict=False)):
        aside = APART ** (place - (len(errors) - 1) / 2)
        known = [number for number in shots if by_shots.get(number)]
        if known:
            x = [number * aside for number in known]
            chart.plot(x, [np.mean(by_shots[number]) for number in known], label=name, marker="o", ms=4.5, **line)
        for number in known:
            draws = by_shots[number]
            chart.plot([number * aside] * len(draws), draws, "o", color=line["color"], ms=3, alpha=0.6)
    chart.set_xscale("log")
    chart.set_xticks(shots, [str(number) for number in shots])
    chart.xaxis.set_minor_locator(NullLocator())
    chart.xaxis.set_minor_formatter(NullFormatter())
    set_labels(chart, f"Mean radial error, {unit}", "labelled films")
    add_legend(chart, "beside")
    return figure
