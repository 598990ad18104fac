# SPDX-License-Identifier: Apache-2.0
"""The section on single landmarks: a schematic of the main method's errors, and a table of all methods'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bundle.drawing.schematic import draw_schematic, worst_landmarks
from bundle.evaluation.mean_true_shape import mean_true_shape
from bundle.evaluation.reader import Evaluation
from bundle.metrics.summary import mean_over_known
from bundle.page.html import inline_chart, number


def landmark_section(evaluations: Mapping[str, Evaluation], unit: str) -> dict[str, Any]:
    """Return the schematic and the rows of the table.

    Args:
        evaluations: Evaluation of each method by its name, all of the same K landmarks, the main one last.
        unit: `mm` or `px`.

    Returns:
        `unit`; `schematic`, a chart, and the sentence `worst` on it; `unplaced`, names of landmarks that no film
        has; `rows`, one a landmark: `name`, `means` with a `mean`, its `share` of the main method's largest in [0, 1]
        and whether it is the `lowest` for each method, and `median`, `std`, `failure_rate` of the main method. None
        stands for what could not be measured.
    """
    main = list(evaluations.values())[-1]
    names = list(main.metrics["per_landmark"])
    errors = mean_over_known(main.millimetres if unit == "mm" else main.pixels, axis=0)
    shape = mean_true_shape(main.label)
    return {
        "unit": unit,
        "schematic": inline_chart(draw_schematic(shape, errors, names, unit, main.skeleton), "schematic"),
        "worst": ", ".join(f"{names[i]} {_figure(errors[i])} {unit}" for i in worst_landmarks(errors)),
        "unplaced": [name for name, place in zip(names, shape, strict=True) if np.isnan(place).any()],
        "rows": _rows([evaluation.metrics["per_landmark"] for evaluation in evaluations.values()], unit),
    }


def _figure(error: float) -> str:
    return number(float(error)) if np.isfinite(error) else "infinite"


def _rows(methods: Sequence[Mapping[str, Any]], unit: str) -> list[dict[str, Any]]:
    main = methods[-1]
    largest = max((figures[f"mean_{unit}"] or 0 for figures in main.values()), default=0)
    return [
        {
            "name": name,
            "means": _compared([method[name][f"mean_{unit}"] for method in methods], largest),
            "median": figures[f"median_{unit}"],
            "std": figures[f"std_{unit}"],
            "failure_rate": figures["failure_rate"],
        }
        for name, figures in main.items()
    ]


def _compared(means: Sequence[float | None], largest: float) -> list[dict[str, Any]]:
    lowest = min((mean for mean in means if mean is not None), default=None)
    return [
        {"mean": mean, "share": min(1.0, (mean or 0) / (largest or 1)), "lowest": mean is not None and mean == lowest}
        for mean in means
    ]
