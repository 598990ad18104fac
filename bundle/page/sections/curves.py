# SPDX-License-Identifier: Apache-2.0
"""The section on the course of the training and on the cumulative error of every method."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from bundle.drawing.cumulative_error import comparable_errors, draw_cumulative_error
from bundle.drawing.figure import Theme
from bundle.drawing.training_curve import draw_training_curve, read_history
from bundle.evaluation.reader import Evaluation
from bundle.page.html import chart_urls


def curve_section(evaluations: Mapping[str, Evaluation], history: Path) -> dict[str, dict[str, str]]:
    """Return the charts `training` of the main run and `cumulative` of all methods, as `chart_urls`.

    Args:
        evaluations: Evaluation of each method by its name, the main one last.
        history: `history.csv` of the main run.

    Raises:
        BundleError: the history cannot be read.
    """
    training = read_history(history)
    return {
        "training": chart_urls(lambda theme: draw_training_curve(training, theme)),
        "cumulative": chart_urls(lambda theme: _cumulative(evaluations, theme)),
    }


def _cumulative(evaluations: Mapping[str, Evaluation], theme: Theme) -> Figure:
    main_first = reversed(list(evaluations.items()))
    measured = {name: comparable_errors(each.millimetres, each.width_fraction) for name, each in main_first}
    curves = {name: errors for name, (errors, _) in measured.items()}
    _, unit = next(iter(measured.values()))
    return draw_cumulative_error(curves, unit, theme)
