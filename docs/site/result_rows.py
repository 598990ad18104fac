# SPDX-License-Identifier: Apache-2.0
"""The records of what was measured: `benchmarks/results/*.csv`."""

from __future__ import annotations

import csv
from pathlib import Path

from markdown_parts import code_in_note

from bundle.comparison.methods import METHODS

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results"
NAMES = {method.key: method.name for method in METHODS}

Row = dict[str, str]


def rows(name: str, **wanted: str) -> list[Row]:
    """The rows of one file whose columns have the values that are given."""
    with open(RESULTS / f"{name}.csv", newline="") as file:
        return [row for row in csv.DictReader(file) if all(row[key] == value for key, value in wanted.items())]


def source(*runs: str) -> str:
    """A note to unfold below a table: what was run, on which films and machine."""
    notes = []
    for run in runs:
        (row,) = rows("runs", run=run)
        films = f"{row['test_films']} test films, {row['validation_films']} validation films. {row['machine']}."
        remark = f" {row['note'][0].upper()}{row['note'][1:]}." if row["note"] else ""
        notes.append(f'??? note "Command, {row["data"]}"\n\n    {films}{remark}\n\n{code_in_note(row["command"])}')
    return "\n\n".join(notes)
