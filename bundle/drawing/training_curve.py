# SPDX-License-Identifier: Apache-2.0
"""The course of a training, from the `history.csv` of its run folder."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bundle.drawing.figure import MUTED, SERIES, add_legend, line_styles, new_axes, set_labels
from bundle.run_folder import ALPHA, EPOCH, ERROR, ITERATION, TYPICAL, VALIDATION, Row

Curve = tuple[np.ndarray, np.ndarray]


def draw_training_curve(history: Sequence[Row]) -> Figure:
    """Draw the terms of the training loss, the validation errors and, in stage 2, the EMA's alpha over the iterations.

    Args:
        history: Of `read_history`, one row an epoch: `iteration`, `epoch`, `validation_error_px` of the model (pixels
            of the original films), `teacher_error_px` or `student_error_px` of the network that is not the model,
            `best_level_error_px` and `typical_error_px`, which judges the run, where parts are repeated, `alpha`, and
            the loss terms; None where not measured.
    """
    columns = list(history[0]) if history else [ITERATION, EPOCH, VALIDATION]
    figure, panels = new_axes(panels=3 if ALPHA in columns else 2)
    others = [column for column in columns if column.endswith(ERROR) and column != VALIDATION]
    terms = [column for column in columns if column not in (ITERATION, EPOCH, VALIDATION, ALPHA, *others)]
    _draw_losses(panels[0], {term: _measured(history, term) for term in terms})
    _draw_errors(panels[1], {name: _measured(history, name) for name in (VALIDATION, *others)})
    if ALPHA in columns:
        panels[2].plot(*_measured(history, ALPHA), color=SERIES[0], linewidth=2)
        set_labels(panels[2], "EMA: alpha of the teacher", "iteration")
    return figure


def _draw_losses(chart: Axes, terms: Mapping[str, Curve]) -> None:
    for (term, curve), line in zip(terms.items(), line_styles(), strict=False):
        chart.plot(*curve, label=term.replace("_", " "), **line)
    chart.set_yscale("log")
    set_labels(chart, "Training loss", "iteration")
    add_legend(chart, "below")


def _draw_errors(chart: Axes, errors: Mapping[str, Curve]) -> None:
    iterations, values = errors.get(TYPICAL, errors[VALIDATION])
    for (name, curve), colour in zip(errors.items(), (SERIES[0], MUTED, *SERIES[2:]), strict=False):
        label = "model" if name == VALIDATION else name.removesuffix(ERROR).replace("_", " ")
        chart.plot(*curve, color=colour, linewidth=2, marker="o", markersize=3.5, clip_on=False, label=label)
    if values.size:
        best = int(np.argmin(values))
        chart.plot(
            iterations[best],
            values[best],
            "o",
            color=SERIES[1],
            clip_on=False,
            label=f"best: {values[best]:.3g} px",
        )
        add_legend(chart, "below")
    chart.set_ylim(bottom=0)
    set_labels(chart, "Validation error, pixels", "iteration")


def _measured(history: Sequence[Row], column: str) -> Curve:
    points = [(row[ITERATION], value) for row in history if (value := row[column]) is not None and math.isfinite(value)]
    iterations, values = np.array(points, dtype=float).reshape(-1, 2).T
    return iterations, values
