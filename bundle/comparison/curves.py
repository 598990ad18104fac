# SPDX-License-Identifier: Apache-2.0
"""What the charts of a comparison show; the order of the methods, and so their colours, is that of all charts.

The mean shape is left out: next to its error, several times theirs, the methods could not be told apart.
"""

from __future__ import annotations

import numpy as np

from bundle.comparison.methods import Method
from bundle.comparison.results import Results


def errors_by_shots(results: Results) -> dict[str, dict[int, list[float]]]:
    """Mean errors of the draws of each method, by the number of labelled films."""
    errors = results.over_draws()[f"mean_{results.unit}"].agg(lambda means: [*means.dropna()])
    return {method.name: errors.xs(method.key, level="method").to_dict() for method in _trained(results)}


def cumulative_errors(results: Results, shots: int) -> dict[str, np.ndarray]:
    """All errors of each method at one number of labelled films, over the draws that count."""
    found = {
        method.name: [results.comparable(evaluation) for evaluation in results.done(method, shots).values()]
        for method in _trained(results)
    }
    return {name: np.concatenate(errors) if errors else np.empty(0) for name, errors in found.items()}


def _trained(results: Results) -> list[Method]:
    return [method for method in results.plan.methods if method.stage]
