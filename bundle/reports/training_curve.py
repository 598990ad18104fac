# SPDX-License-Identifier: Apache-2.0
"""The course of a training, from the `history.csv` of its run folder."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from bundle.errors import BundleError
from bundle.reports.figure import LIGHT, Theme, add_legend, new_axes, set_labels

ITERATION, EPOCH, VALIDATION = "iteration", "epoch", "validation_error_px"

History = dict[str, np.ndarray]


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


def draw_training_curve(history: History, theme: Theme = LIGHT) -> Figure:
    """Draw the terms of the training loss and the validation error over the iterations.

    Args:
        history: Columns `iteration`, `epoch`, `validation_error_px` (pixels of the original films) and one a loss term,
            NaN where not measured.
        theme: Colours.
    """
    figure, (losses, validation) = new_axes(theme, panels=2)
    terms = [column for column in history if column not in (ITERATION, EPOCH, VALIDATION)]
    for term, line in zip(terms, theme.lines(), strict=False):
        losses.plot(*_measured(history, term), label=term.replace("_", " "), **line)
    losses.set_yscale("log")
    set_labels(losses, theme, "Training loss", "iteration")
    add_legend(losses, theme, "upper right")

    iterations, errors = _measured(history, VALIDATION)
    validation.plot(iterations, errors, color=theme.series[0], linewidth=2, marker="o", markersize=3.5)
    if errors.size:
        best = int(np.argmin(errors))
        validation.plot(
            iterations[best], errors[best], "o", color=theme.series[1], label=f"best: {errors[best]:.3g} px"
        )
        add_legend(validation, theme, "upper right")
    validation.set_ylim(bottom=0)
    set_labels(validation, theme, "Mean validation error, pixels", "iteration")
    return figure


def _measured(history: History, column: str) -> tuple[np.ndarray, np.ndarray]:
    finite = np.isfinite(history[column])
    return history[ITERATION][finite], history[column][finite]
