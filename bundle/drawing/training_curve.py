# SPDX-License-Identifier: Apache-2.0
"""The course of a training, from the `history.csv` of its run folder."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bundle.drawing.figure import MUTED, SERIES, add_legend, line_styles, new_axes, set_labels
from bundle.errors import BundleError

ITERATION, EPOCH, ALPHA, ERROR = "iteration", "epoch", "alpha", "_error_px"
VALIDATION = "validation" + ERROR

History = dict[str, np.ndarray]
Curve = tuple[np.ndarray, np.ndarray]


def read_history(path: Path) -> History:
    """Read the columns of a `history.csv`; a blank cell is NaN.

    Raises:
        BundleError: the file cannot be read, or a cell is not a number.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
        return {name: np.array([float(row[name] or "nan") for row in rows]) for name in reader.fieldnames or ()}
    except (OSError, ValueError, TypeError) as error:
        raise BundleError(f"{path}: cannot be read as a training history ({error}); train again") from error


def draw_training_curve(history: History) -> Figure:
    """Draw the terms of the training loss, the validation errors and, in stage 2, the EMA's alpha over the iterations.

    Args:
        history: Columns `iteration`, `epoch`, `validation_error_px` of the model (pixels of the original films),
            `teacher_error_px` or `student_error_px` of the network that is not the model, `alpha`, and one a loss term;
            NaN where not measured.
    """
    figure, panels = new_axes(panels=3 if ALPHA in history else 2)
    others = [column for column in history if column.endswith(ERROR) and column != VALIDATION]
    terms = [column for column in history if column not in (ITERATION, EPOCH, VALIDATION, ALPHA, *others)]
    _draw_losses(panels[0], {term: _measured(history, term) for term in terms})
    _draw_errors(panels[1], {name: _measured(history, name) for name in (VALIDATION, *others)})
    if ALPHA in history:
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
    iterations, values = errors[VALIDATION]
    for (name, curve), colour in zip(errors.items(), (SERIES[0], MUTED), strict=False):
        label = "model" if name == VALIDATION else name.removesuffix(ERROR)
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
    set_labels(chart, "Mean validation error, pixels", "iteration")


def _measured(history: History, column: str) -> Curve:
    finite = np.isfinite(history[column])
    return history[ITERATION][finite], history[column][finite]
