# SPDX-License-Identifier: Apache-2.0
"""One look for all charts, on light and on dark pages."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure


@dataclass(frozen=True)
class Theme:
    """Colours of a chart.

    Attributes:
        surface: Background.
        ink: Text.
        muted: Axes, ticks and reference lines.
        grid: Grid lines.
        series: Colours of the curves, the main one first.
        heat: Colours of a magnitude, from nothing to the most.
    """

    surface: str
    ink: str
    muted: str
    grid: str
    series: tuple[str, ...]
    heat: tuple[str, ...]

    def lines(self) -> Iterator[dict[str, Any]]:
        """How to draw any number of curves: every colour in a solid line, then in a dashed one, and so on."""
        for dash in cycle(("solid", "dashed", "dotted")):
            for colour in self.series:
                yield {"color": colour, "linestyle": dash, "linewidth": 2}


LIGHT = Theme(
    "#ffffff",
    "#1c2024",
    "#60646c",
    "#e4e6ea",
    ("#0b68cb", "#c2410c", "#0f766e", "#8e4ec6", "#a16207", "#60646c"),
    ("#fff4d6", "#f59e0b", "#c2410c", "#6b0f1a"),
)
DARK = Theme(
    "#16191d",
    "#edeef0",
    "#a0a6ae",
    "#2b3036",
    ("#6cb6ff", "#ff9f6b", "#4fd1b5", "#c4a1ff", "#e3c35a", "#a0a6ae"),
    ("#2b2118", "#9a3412", "#f97316", "#ffe08a"),
)


def new_axes(
    theme: Theme, panels: int = 1, width: float = 4.2, per_row: int | None = None
) -> tuple[Figure, list[Axes]]:
    """Return an empty figure with `panels` charts, each `width` inches wide, in rows of at most `per_row`."""
    columns = min(panels, per_row or panels)
    rows = math.ceil(panels / columns)
    figure = Figure(figsize=(width * columns, 3.2 * rows), dpi=200, layout="constrained", facecolor=theme.surface)
    axes = [figure.add_subplot(rows, columns, place) for place in range(1, panels + 1)]
    for chart in axes:
        chart.set_facecolor(theme.surface)
        chart.grid(color=theme.grid, linewidth=0.8)
        chart.set_axisbelow(True)
        chart.tick_params(which="both", colors=theme.muted, labelsize=9, length=0)
        chart.spines[:].set_visible(False)
        chart.spines["bottom"].set(visible=True, color=theme.muted)
    return figure, axes


def set_labels(chart: Axes, theme: Theme, title: str, x: str) -> None:
    """Name a chart by what its y axis shows, above its left corner, and label its x axis."""
    chart.set_title(title, loc="left", color=theme.ink, fontsize=10.5, fontweight="bold", pad=10)
    chart.set_xlabel(x, color=theme.muted, fontsize=9)


def add_legend(chart: Axes, theme: Theme, location: Literal["lower right", "beside", "below"]) -> None:
    """Name the curves of a chart, if there are any, in its lower right corner, beside it or below it."""
    if not chart.get_legend_handles_labels()[0]:
        return
    place: dict[str, Any] = {"loc": location}
    if location == "below":
        place = {"loc": "upper left", "bbox_to_anchor": (0, -0.2), "borderaxespad": 0, "ncols": 2}
    if location == "beside":
        place = {"loc": "center left", "bbox_to_anchor": (1.02, 0.5), "handlelength": 3}
    chart.legend(**place, frameon=False, labelcolor=theme.ink, fontsize=9)


def png(figure: Figure) -> bytes:
    """Return a figure as a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor=figure.get_facecolor())
    return buffer.getvalue()
