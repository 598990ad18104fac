# SPDX-License-Identifier: Apache-2.0
"""The section on measurements: a table of all methods' errors, and Bland-Altman plots of the main method's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bundle.drawing.bland_altman import draw_bland_altman
from bundle.evaluation.measurement_agreement import read_measurements
from bundle.evaluation.reader import Evaluation
from bundle.page.html import inline_chart


def measurement_section(evaluations: Mapping[str, Evaluation]) -> dict[str, Any]:
    """Return the rows of the table and the plots; nothing where the main method measured nothing.

    Args:
        evaluations: Evaluation of each method by its name, all of the same films, the main one last.

    Returns:
        `methods`, names of those that measured; `rows`, what `metrics.json` says of each measurement of the main
        method, and `errors`, its mean absolute error under each of `methods`; `plots`, a pair of name and chart
        for each measurement that was compared on a film; `cobb_smape` in per cent or None.

    Raises:
        BundleError: the measurements cannot be read.
    """
    main = list(evaluations.values())[-1]
    if not main.metrics.get("measurements"):
        return {}
    found = {
        name: _by_name(evaluation) for name, evaluation in evaluations.items() if evaluation.metrics.get("measurements")
    }
    rows = [
        {**figures, "errors": [measured.get(key, {}).get("mean_absolute_error") for measured in found.values()]}
        for key, figures in _by_name(main).items()
    ]
    compared = {(row["name"], row["unit"]) for row in rows if row["films"]}
    plots = [
        (values.name, inline_chart(draw_bland_altman([values]), f"measurement {number}"))
        for number, values in enumerate(read_measurements(main.folder))
        if (values.name, values.unit) in compared
    ]
    return {"methods": list(found), "rows": rows, "plots": plots, "cobb_smape": main.metrics.get("cobb_smape")}


def _by_name(evaluation: Evaluation) -> dict[tuple[str, str], dict[str, Any]]:
    return {(figures["name"], figures["unit"]): figures for figures in evaluation.metrics["measurements"]}
