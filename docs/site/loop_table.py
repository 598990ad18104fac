# SPDX-License-Identifier: Apache-2.0
"""The labelling loop, round by round, as a table."""

from __future__ import annotations

from markdown_parts import table
from result_rows import rows, source


def chosen_films() -> str:
    """What the choice of the films brings, and how the error falls as the loop goes on."""
    body = [[row["labelled"], row["films"], f"{row['error']} {row['unit']}", row["failures"]] for row in rows("loop")]
    headings = ["labelled", "films", "error", "failures, %"]
    return "\n\n".join([table(headings, body), source(*dict.fromkeys(row["run"] for row in rows("loop")))])
