# SPDX-License-Identifier: Apache-2.0
"""Means over draws and differences of a comparison at full precision, for CSV files."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from bundle.comparison.columns import known_columns
from bundle.comparison.differences import Difference
from bundle.comparison.results import Results


def summary_frame(results: Results) -> pd.DataFrame:
    """One row a method and number of labelled films: mean over the draws that count, and their standard deviation."""
    groups = results.over_draws()
    summary = groups[[column.key for column in known_columns(results.in_mm)]].agg(["mean", "std"])
    summary.columns = [key if reduction == "mean" else f"{key}_spread" for key, reduction in summary.columns]
    summary.insert(0, "draws", groups.size())
    return summary.reset_index()


def difference_frame(results: Results, found: Sequence[Difference]) -> pd.DataFrame:
    """One row a pair of methods and number of labelled films."""
    return pd.DataFrame(
        {
            **{"shots": pair.shots, "method": pair.method.key, "against": pair.reference.key, "draws": pair.draws},
            **{"unit": results.unit, "beyond_chance": pair.found.beyond_chance},
            **{
                f"{name}{end}": number
                for name, interval in pair.found._asdict().items()
                for end, number in zip(("", "_low", "_high"), interval, strict=True)
            },
        }
        for pair in found
    )
