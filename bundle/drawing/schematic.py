# SPDX-License-Identifier: Apache-2.0
"""A schematic of the anatomy on which each landmark's mark tells its mean error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from bundle.drawing.figure import HEAT, INK, MUTED

MOST_NAMED = 6
_SHAPE_WIDTH, _HEIGHTS, _NAMES_WIDTH, _SCALE_WIDTH, _EDGE = 3.3, (3.4, 7.2), 1.9, 0.8, 0.15
"""Inches: the shape, the figure's height, the names at each side of the shape, the scale, and the edge of all."""
_NAME_LETTERS, _LINE_HEIGHT = 26, 0.17
_LARGEST_MARK, _SMALLEST_MARK = 220.0, 12.0
_CROWDED = 25


def worst_landmarks(errors: np.ndarray) -> list[int]:
    """Return the indices of at most six landmarks `[K]` of known error, the largest error first."""
    descending = np.argsort(-errors, kind="stable")  # NaN comes last
    return [int(index) for index in descending[:MOST_NAMED] if not np.isnan(errors[index])]


def draw_schematic(
    shape: np.ndarray,
    errors: np.ndarray,
    names: Sequence[str],
    unit: str,
    skeleton: Sequence[tuple[int, int]] = (),
) -> Figure:
    """Draw one mark a landmark, larger and in a stronger colour the larger its error, and name the worst.

    Args:
        shape: `[K, 2]` where to draw the landmarks (x to the right, y down), in any unit; NaN leaves one out.
        errors: `[K]` mean errors, infinite for a landmark that was not always found (a cross), NaN where unknown (left
            out).
        names: Names of the K landmarks.
        unit: What the errors are measured in.
        skeleton: Pairs of landmark indices to join by a line.
    """
    placed = ~np.isnan(shape).any(axis=-1)
    low, high = (shape[placed].min(axis=0), shape[placed].max(axis=0)) if placed.any() else (np.zeros(2), np.ones(2))
    figure, chart = _new_chart(low, high)
    for pair in skeleton:
        chart.plot(*shape[list(pair)].T, color=MUTED, linewidth=0.9, alpha=0.6, zorder=1)
    _draw_marks(figure, chart, shape, errors, unit)
    labels = {
        index: f"{names[index]}  {f'{errors[index]:.2f}' if np.isfinite(errors[index]) else 'not always found'}"
        for index in worst_landmarks(np.where(placed, errors, np.nan))
    }
    at_the_right = {index for index in labels if shape[index, 0] > (low[0] + high[0]) / 2}
    _write_names(chart, shape, {i: text for i, text in labels.items() if i not in at_the_right}, "left")
    _write_names(chart, shape, {i: text for i, text in labels.items() if i in at_the_right}, "right")
    return figure


def _new_chart(low: np.ndarray, high: np.ndarray) -> tuple[Figure, Axes]:
    """Return a chart of fixed place, so that names of any length leave the shape its room."""
    extent = np.maximum(high - low, max(1e-6, 0.2 * float((high - low).max()))) * [1.16, 1.08]
    height = float(np.clip(_SHAPE_WIDTH * extent[1] / extent[0], *_HEIGHTS))
    width = _SHAPE_WIDTH + 2 * _NAMES_WIDTH + _SCALE_WIDTH
    figure = Figure(figsize=(width, height))
    edge = _EDGE / height
    chart = figure.add_axes((_NAMES_WIDTH / width, edge, _SHAPE_WIDTH / width, 1 - 2 * edge))
    chart.set_axis_off()
    chart.set_aspect("equal")
    start, end = (low + high - extent) / 2, (low + high + extent) / 2
    chart.set_xlim(start[0], end[0])
    chart.set_ylim(end[1], start[1])
    return figure, chart


def _draw_marks(figure: Figure, chart: Axes, shape: np.ndarray, errors: np.ndarray, unit: str) -> None:
    measured = np.isfinite(errors) & ~np.isnan(shape).any(axis=-1)
    unfound = np.isinf(errors)
    chart.scatter(
        shape[unfound, 0], shape[unfound, 1], marker="x", s=50, color=INK, linewidths=1.6, zorder=3, clip_on=False
    )
    if not measured.any():
        return
    small_on_top = np.flatnonzero(measured)[np.argsort(-errors[measured], kind="stable")]
    shown = errors[small_on_top]
    largest = max(float(shown[0]), 1e-9)
    area = _LARGEST_MARK * min(1.0, _CROWDED / len(errors))
    marks = chart.scatter(
        shape[small_on_top, 0],
        shape[small_on_top, 1],
        s=np.maximum(_SMALLEST_MARK, area * (shown / largest) ** 2),
        c=shown,
        cmap=HEAT,
        norm=Normalize(0, largest),
        edgecolors=INK,
        linewidths=0.6,
        zorder=2,
        clip_on=False,
    )
    width = figure.get_figwidth()
    bar = figure.colorbar(marks, cax=figure.add_axes((1 - _SCALE_WIDTH / width, 0.25, 0.14 / width, 0.5)))
    bar.outline.set_visible(False)
    bar.ax.collections[0].set_edgecolor("face")  # lest a page shines through between the steps
    bar.ax.tick_params(colors=MUTED, labelsize=9, length=0)
    bar.set_label(f"mean error, {unit}", color=MUTED, fontsize=9)


def _write_names(chart: Axes, shape: np.ndarray, labels: Mapping[int, str], side: Literal["left", "right"]) -> None:
    """Write names in a column beside the shape, each with a line to its mark."""
    edge = chart.get_xlim()[side == "right"]
    ordered = sorted(labels, key=lambda index: shape[index, 1])
    texts = [fill(labels[index], _NAME_LETTERS) for index in ordered]
    for index, text, y in zip(ordered, texts, _rows(chart, shape[ordered, 1], texts), strict=True):
        chart.annotate(
            text,
            shape[index],
            (edge, y),
            ha="left" if side == "right" else "right",
            va="center",
            color=INK,
            fontsize=9,
            annotation_clip=False,
            arrowprops={
                **{"arrowstyle": "-", "color": MUTED, "linewidth": 0.7},
                "relpos": (0 if side == "right" else 1, 0.5),
            },
            zorder=1.5,
        )


def _rows(chart: Axes, places: np.ndarray, texts: Sequence[str]) -> np.ndarray:
    """Return where to write texts: at their ascending places, but on the chart and not on each other."""
    bottom, top = chart.get_ylim()
    left, right = chart.get_xlim()
    axes_height = chart.bbox.height / chart.figure.dpi
    inch = max((bottom - top) / axes_height, (right - left) / _SHAPE_WIDTH)
    heights = inch * _LINE_HEIGHT * np.array([1.3 + text.count("\n") for text in texts])
    above = np.cumsum(heights) - heights / 2
    spread = np.maximum.accumulate(places - above) + above
    if not len(spread):
        return spread
    middle, reach = (bottom + top) / 2, inch * axes_height / 2
    centred = spread + places.mean() - spread.mean()
    over = max(0.0, float(centred[-1] + heights[-1] / 2) - (middle + reach))
    under = max(0.0, middle - reach - float(centred[0] - heights[0] / 2))
    rows: np.ndarray = centred - over + under
    return rows
