# SPDX-License-Identifier: Apache-2.0
"""One look for all charts, on light and on dark pages."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Literal

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
    """

    surface: str
    ink: str
    muted: str
    grid: str
    series: tuple[str, ...]


LIGHT = Theme(
    "#ffffff", "#1c2024", "#60646c", "#e4e6ea", ("#0b68cb", "#c2410c", "#0f766e", "#8e4ec6", "#a16207", "#60646c")
)
DARK = Theme(
    "#16191d", "#edeef0", "#a0a6ae", "#2b3036", ("#6cb6ff", "#ff9f6b", "#4fd1b5", "#c4a1ff", "#e3c35a", "#a0a6ae")
)


def new_axes(theme: Theme, panels: int = 1) -> tuple[Figure, list[Axes]]:
    """Return an empty figure with `panels` charts side by side."""
    figure = Figure(figsize=(4.2 * panels, 3.2), dpi=200, layout="constrained", facecolor=theme.surface)
    axes = list(figure.subplots(1, panels, squeeze=False)[0])
    for chart in axes:
        chart.set_facecolor(theme.surface)
        chart.grid(color=theme.grid, linewidth=0.8)
        chart.set_axisbelow(True)
        chart.tick_params(colors=theme.muted, labelsize=9, length=0)
        chart.spines[:].set_visible(False)
        chart.spines["bottom"].set(visible=True, color=theme.muted)
    return figure, axes


def set_labels(chart: Axes, theme: Theme, title: str, x: str) -> None:
    """Name a chart by what its y axis shows, above its left corner, and label its x axis."""
    chart.set_title(title, loc="left", color=theme.ink, fontsize=10.5, fontweight="bold", pad=10)
    chart.set_xlabel(x, color=theme.muted, fontsize=9)


def add_legend(chart: Axes, theme: Theme, location: Literal["upper right", "lower right"]) -> None:
    """Name the curves of a chart."""
    chart.legend(loc=location, frameon=False, labelcolor=theme.ink, fontsize=9)


def png(figure: Figure) -> bytes:
    """Return a figure as a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor=figure.get_facecolor())
    return buffer.getvalue()
