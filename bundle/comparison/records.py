# SPDX-License-Identifier: Apache-2.0
"""The figures of a comparison at full precision, as records for CSV files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bundle.comparison.differences import Difference
from bundle.comparison.figures import deviation, known_figures, values_of_draws
from bundle.comparison.results import Results

Record = dict[str, Any]


def draw_records(results: Results) -> list[Record]:
    """One a cell, with its figures even where stage 1 did not converge."""
    return [
        {
            **{"shots": shots, "draw": draw, "method": result.cell.method.key, "state": result.state},
            **(result.evaluation.metrics["overall"] if result.evaluation else {}),
            **{"minutes": result.minutes, "resumed": result.resumed, "accepted": result.accepted},
        }
        for shots, draw, group in results.by_draw()
        for result in group
    ]


def summary_records(results: Results) -> list[Record]:
    """One a method and number of labelled films: mean over the draws that count, and their standard deviation."""
    records = []
    for shots in results.plan.shots:
        for method in results.plan.methods:
            record: Record = {"shots": shots, "method": method.key, "draws": len(results.done(method, shots))}
            for figure in known_figures(results):
                values = values_of_draws(results, method, shots, figure.key)
                record[figure.key] = float(np.mean(values)) if values else None
                record[f"{figure.key}_spread"] = deviation(values) if len(values) > 1 else None
            records.append(record)
    return records


def difference_records(results: Results, found: Sequence[Difference]) -> list[Record]:
    """One a pair of methods and number of labelled films."""
    records = []
    for each in found:
        record: Record = {"shots": each.shots, "method": each.method.key, "against": each.reference.key}
        record |= {"draws": each.draws, "unit": results.unit, "beyond_chance": each.figures.beyond_chance}
        for name, interval in each.figures._asdict().items():
            record |= {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
        records.append(record)
    return records
