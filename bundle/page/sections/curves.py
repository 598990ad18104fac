# SPDX-License-Identifier: Apache-2.0
"""The section on the course of the training and on the cumulative error of every method."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from bundle.drawing.cumulative_error import comparable_errors, draw_cumulative_error
from bundle.drawing.training_curve import draw_training_curve
from bundle.evaluation.reader import Evaluation
from bundle.page.html import inline_chart
from bundle.run_folder import read_history


def curve_section(evaluations: Mapping[str, Evaluation], run: Path) -> dict[str, Markup]:
    """Return the charts `training` of the main run and `cumulative` of all methods.

    Args:
        evaluations: Evaluation of each method by its name, the main one last.
        run: Folder of the main run.

    Raises:
        BundleError: the history cannot be read.
    """
    main_first = reversed(list(evaluations.items()))
    measured = {name: comparable_errors(found.millimetres, found.width_fraction) for name, found in main_first}
    errors = {name: values for name, (values, _) in measured.items()}
    _, unit = next(iter(measured.values()))
    return {
        "training": inline_chart(draw_training_curve(read_history(run)), "training"),
        "cumulative": inline_chart(draw_cumulative_error(errors, unit), "cumulative"),
    }
