# SPDX-License-Identifier: Apache-2.0
"""The files of a comparison: tables, records, charts and the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bundle.comparison.cells import Plan
from bundle.comparison.curves import cumulative_errors, errors_by_shots
from bundle.comparison.differences import difference_frame, differences
from bundle.comparison.formats import latex, markdown
from bundle.comparison.page import comparison_page
from bundle.comparison.results import Results
from bundle.comparison.tables import Table, difference_tables, draw_table, paper_tables
from bundle.csv_tables import csv_of_frame
from bundle.drawing.cumulative_error import draw_cumulative_error
from bundle.drawing.few_shot_curve import draw_few_shot_curve
from bundle.drawing.figure import write_png
from bundle.files import write_text

PAGE = "index.html"


def write_tables(plan: Plan) -> tuple[Results, list[Table]]:
    """Write `tables.md`, `tables.tex`, `draws.csv`, `summary.csv` and `differences.csv` from the cells that are there.

    Returns:
        The results, and the tables but for that of every draw.

    Raises:
        BundleError: a cell cannot be read or a file cannot be written.
    """
    results = Results(plan)
    found = differences(results)
    tables = [*paper_tables(results), *difference_tables(results, found)]
    files = {
        "tables.md": markdown([*tables, draw_table(results)]),
        "tables.tex": latex(tables),
        "draws.csv": csv_of_frame(results.cells),
        "summary.csv": csv_of_frame(results.summary()),
        "differences.csv": csv_of_frame(difference_frame(results, found)),
    }
    for name, text in files.items():
        write_text(plan.out / name, text)
    return results, tables


def write_comparison(plan: Plan, failures: Sequence[str] = ()) -> Path:
    """Write the tables, the charts as PNG, and `index.html`.

    Args:
        plan: the comparison.
        failures: sentences on cells that failed, to show on the page.

    Returns:
        The page.

    Raises:
        BundleError: a cell or a test film cannot be read, or a file cannot be written.
    """
    results, tables = write_tables(plan)
    error_by_shots = draw_few_shot_curve(errors_by_shots(results), results.unit)
    write_png(plan.out / "few_shot_curve.png", error_by_shots)
    cumulative = {
        shots: draw_cumulative_error(cumulative_errors(results, shots), results.comparable_unit) for shots in plan.shots
    }
    for shots, chart in cumulative.items():
        write_png(plan.out / f"cumulative_error_shots{shots}.png", chart)
    write_text(plan.out / PAGE, comparison_page(results, tables, error_by_shots, cumulative, failures))
    return plan.out / PAGE
