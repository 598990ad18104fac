# SPDX-License-Identifier: Apache-2.0
"""The table of repeated parts, whose level is told apart from their place."""

from __future__ import annotations

from markdown_parts import table
from result_rows import rows, source

from bundle.comparison.methods import methods_for

NAMES = {method.key: method.name for method in methods_for(repeated=True)}


def levels(*runs: str) -> str:
    """Repeated parts: how far off, how far at the best level, and how often the level is right.

    The last two columns leave out the test films whose labels `bundle check --pixels` names.
    """
    body = [
        [
            row["shots"],
            row["draw"],
            NAMES[row["method"]] + (", not accepted" if row["accepted"] == "false" else ""),
            f"{row['error']} {row['unit']}",
            f"{row['best_level_error']} {row['unit']}",
            f"{row['right_level']} %",
            f"{row['cobb_smape']} %",
            f"{row['unnamed_best_level_error']} {row['unit']}",
            f"{row['unnamed_right_level']} %",
        ]
        for run in runs
        for row in rows("levels", run=run)
    ]
    headings = [
        "labelled",
        "draw",
        "method",
        "mean error",
        "at the best level",
        "right level",
        "SMAPE of Cobb angles",
        "at the best level, films without a remark",
        "right level, the same",
    ]
    return "\n\n".join([table(headings, body), source(*runs)])
