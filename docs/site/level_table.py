# SPDX-License-Identifier: Apache-2.0
"""The table of repeated parts, whose level is told apart from their place."""

from __future__ import annotations

from markdown_parts import table
from result_rows import NAMES, rows, source


def levels(run: str) -> str:
    """Repeated parts: how far off, how far at the best level, and how often the level is right."""
    body = [
        [
            row["shots"],
            row["draw"],
            NAMES[row["method"]],
            *(f"{row[error]} {row['unit']}" for error in ("error", "best_level_error")),
            f"{row['right_level']} %",
            f"{row['cobb_smape']} %",
        ]
        for row in rows("levels", run=run)
    ]
    headings = ["labelled", "draw", "method", "mean error", "at the best level", "right level", "SMAPE of Cobb angles"]
    return "\n\n".join([table(headings, body), source(run)])
