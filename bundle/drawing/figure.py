# SPDX-License-Identifier: Apache-2.0
"""One look for all charts. They are drawn in the colours of a light page, each of which has one for dark pages."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure

from bundle.files import write_whole

SURFACE = "#ffffff"
INK, MUTED, GRID = "#1c2024", "#60646c", "#e4e6ea"
"""Of text; of axes, ticks and reference lines; of grid lines."""
SERIES = ("#0b68cb", "#c2410c", "#0f766e", "#8e4ec6", "#a16207", "#60646c")
"""Of curves, the main one first."""
_LEVELS = 16
HEAT = LinearSegmentedColormap.from_list("error", ("#fff4d6", "#f59e0b", "#c2410c", "#6b0f1a"), _LEVELS)
"""Of a magnitude, from nothing to the most, in so many steps that each has a colour for dark pages."""

_DARK_SERIES = ("#6cb6ff", "#ff9f6b", "#4fd1b5", "#c4a1ff", "#e3c35a", "#a0a6ae")
_DARK_HEAT = LinearSegmentedColormap.from_list("error", ("#2b2118", "#9a3412", "#f97316", "#ffe08a"), _LEVELS)
DARK = {
    **{INK: "#edeef0", MUTED: "#a0a6ae", GRID: "#2b3036"},
    **dict(zip(SERIES, _DARK_SERIES, strict=True)),
    **{to_hex(HEAT(level)): to_hex(_DARK_HEAT(level)) for level in range(_LEVELS)},
}
"""For each colour of a chart the one on a dark page."""


def line_styles() -> Iterator[dict[str, Any]]:
    """How to draw any number of curves: every colour in a solid line, then in a dashed one, and so on."""
    for dash in cycle(("solid", "dashed", "dotted")):
        for colour in SERIES:
            yield {"color": colour, "linestyle": dash, "linewidth": 2}


def new_axes(panels: int = 1, width: float = 4.2, per_row: int | None = None) -> tuple[Figure, list[Axes]]:
    """Return an empty figure with `panels` charts, each `width` inches wide, in rows of at most `per_row`."""
    columns = min(panels, per_row or panels)
    rows = math.ceil(panels / columns)
    figure = Figure(figsize=(width * columns, 3.2 * rows), layout="constrained")
    axes = [figure.add_subplot(rows, columns, place) for place in range(1, panels + 1)]
    for chart in axes:
        chart.grid(color=GRID, linewidth=0.8)
        chart.set_axisbelow(True)
        chart.tick_params(which="both", colors=MUTED, labelsize=9, length=0)
        chart.spines[:].set_visible(False)
        chart.spines["bottom"].set(visible=True, color=MUTED)
    return figure, axes


def set_labels(chart: Axes, title: str, x: str) -> None:
    """Name a chart by what its y axis shows, above its left corner, and label its x axis."""
    chart.set_title(title, loc="left", color=INK, fontsize=10.5, fontweight="bold", pad=10)
    chart.set_xlabel(x, color=MUTED, fontsize=9)


def add_legend(chart: Axes, location: Literal["lower right", "beside", "below"]) -> None:
    """Name the curves of a chart, if there are any, in its lower right corner, beside it or below it."""
    if not chart.get_legend_handles_labels()[0]:
        return
    place: dict[str, Any] = {"loc": location}
    if location == "below":
        place = {"loc": "upper left", "bbox_to_anchor": (0, -0.2), "borderaxespad": 0, "ncols": 2}
    if location == "beside":
        place = {"loc": "center left", "bbox_to_anchor": (1.02, 0.5), "handlelength": 3}
    chart.legend(**place, frameon=False, labelcolor=INK, fontsize=9)


def write_png(path: Path, figure: Figure) -> None:
    """Write a figure as a picture for papers and slides.

    Raises:
        BundleError: the file cannot be written.
    """
    write_whole(path, lambda partial: figure.savefig(partial, format="png", dpi=200, facecolor=SURFACE))
