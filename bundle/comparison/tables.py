# SPDX-License-Identifier: Apache-2.0
"""The tables of a comparison: the paper's two, the differences between methods, and every draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import pandas as pd

from bundle.comparison.columns import FAILURES, Column, error_columns
from bundle.comparison.differences import Difference
from bundle.comparison.results import DONE, MILLIMETRES, PIXELS, Results
from bundle.metrics.paired_bootstrap import Interval
from bundle.page.html import UNKNOWN

BEYOND_CHANCE = "*"
NOT_ACCEPTED = "stage 2 not accepted"


@dataclass(frozen=True)
class Table:
    """A table as text.

    Attributes:
        title: What it shows.
        cells: Texts. Columns may be named by pairs (group, heading): neighbours of one group stand under its name, ""
            is none.
        note: What a reader has to know.
    """

    title: str
    cells: pd.DataFrame
    note: str

    @property
    def headings(self) -> list[str]:
        """Of the columns, without their groups."""
        return list(self.cells.columns.get_level_values(-1))

    def groups(self) -> list[tuple[str, int]]:
        """Names of the groups with the number of their columns; empty where nothing is grouped."""
        if self.cells.columns.nlevels == 1:
            return []
        return [(name, len(list(columns))) for name, columns in groupby(self.cells.columns.get_level_values(0))]


def paper_tables(results: Results) -> list[Table]:
    """Table 1 for each number of labelled films, and Table 2 over all of them."""
    numbers = results.plan.shots
    return [*(_table_1(results, shots) for shots in numbers), *([_table_2(results)] if len(numbers) > 1 else [])]


def _table_1(results: Results, shots: int) -> Table:
    in_mm = error_columns(MILLIMETRES) if results.in_mm else []
    texts = _over_draws(results, [*in_mm, *error_columns(PIXELS), FAILURES, *results.where_measured])
    verdicts = results.over_draws()["accepted"]
    cells = texts.assign(**{"stage 2 accepted": verdicts.agg(_accepted)}).loc[shots]
    note = (
        f"{_note(results)} Where stage 2 was not accepted, its errors are those of the weights it began with."
        f"{_note_where_measured(results)}"
    )
    return Table(f"Table 1: {_films(shots)}", _by_method(results, cells), note)


def _table_2(results: Results) -> Table:
    texts = _over_draws(results, [*error_columns(results.unit), FAILURES])
    cells = pd.concat({_films(shots): texts.loc[shots] for shots in results.plan.shots}, axis="columns")
    return Table("Table 2: by the number of labelled films", _by_method(results, cells), _note(results))


def _over_draws(results: Results, columns: Sequence[Column]) -> pd.DataFrame:
    """Columns as text by number of labelled films and method, over the draws that count."""
    groups, draws = results.over_draws(), len(results.plan.draws)
    return pd.DataFrame({column.heading: groups[column.key].agg(column.text, draws=draws) for column in columns})


def _by_method(results: Results, cells: pd.DataFrame) -> pd.DataFrame:
    """Cells by the keys of methods, with the methods' names as their first column."""
    names = {method.key: method.name for method in results.plan.methods}
    return cells.rename(index=names).rename_axis(index="method").reset_index(col_level=-1)


def difference_tables(results: Results, found: Sequence[Difference]) -> list[Table]:
    """Differences with their intervals for each number of labelled films; a star says that one is beyond chance."""
    return [
        _difference_table(results, shots, pairs)
        for shots in results.plan.shots
        if (pairs := [pair for pair in found if pair.shots == shots])
    ]


def _difference_table(results: Results, shots: int, pairs: Sequence[Difference]) -> Table:
    texts = pd.DataFrame(
        {
            "method": pair.method.key,
            "against": f"against {pair.reference.name}",
            f"difference, {results.unit}": _interval(pair.found.difference, "+.2f") + _mark(pair),
            "ratio": _interval(pair.found.ratio, ".2f"),
        }
        for pair in pairs
    ).set_index("method")
    against = {name: group.drop(columns="against") for name, group in texts.groupby("against", sort=False)}
    cells = pd.concat(against, axis="columns").fillna("")
    note = (
        "Mean error of the method less that of the other, and their ratio, with 95 % intervals of a paired bootstrap "
        f"over draws and test films; below 0, or 1, the method is better. {BEYOND_CHANCE}: beyond chance, the interval "
        "leaves out 0; of 20 differences that are none, one is called so."
    )
    if min(pair.draws for pair in pairs) == 1:
        note += " One draw: the intervals hold for these labelled films and this training alone."
    return Table(f"Differences: {_films(shots)}", _by_method(results, cells), note)


def draw_table(results: Results) -> Table:
    """Every cell on its own, with what was measured even where stage 1 did not converge."""
    cells, columns = results.cells, results.columns
    names = {method.key: method.name for method in results.plan.methods}
    texts = pd.DataFrame(
        {
            "labelled films": cells["shots"].astype(str),
            "draw": cells["draw"].astype(str),
            "method": cells["method"].map(names).astype(str),
            **{column.heading: cells[[column.key]].agg(column.text, axis="columns") for column in columns},
            "minutes": cells.agg(_minutes, axis="columns"),
            "remark": cells.agg(_remark, axis="columns"),
        }
    )
    note = (
        "SDR: share of landmarks found within the radius. Minutes are those of the training." if results.in_mm else ""
    )
    return Table("Every draw", texts, note)


def _accepted(verdicts: pd.Series) -> str:
    """In how many of its draws stage 2 was accepted; nothing for a method without one."""
    known = verdicts.dropna()
    return f"{sum(known)} of {len(known)}" if len(known) else ""


def _minutes(cell: pd.Series) -> str:
    return "" if cell["minutes"] is None else f"{cell['minutes']:.1f}{' (resumed)' if cell['resumed'] else ''}"


def _remark(cell: pd.Series) -> str:
    if cell["state"] != DONE:
        return str(cell["state"])
    return NOT_ACCEPTED if cell["accepted"] is False else ""


def _note(results: Results) -> str:
    draws = len(results.plan.draws)
    over = "One draw of labelled films"
    if draws > 1:
        over = (
            f"Mean ± standard deviation over {draws} draws of labelled films; (n of {draws}): over those that converged"
        )
    return (
        f"{over}. Errors over all landmarks of {results.films} "
        f"{'synthetic ' if results.synthetic else ''}test films; failures: error above 5 % of the image width. "
        f"{UNKNOWN}: stage 1 did not converge, or there is no result."
    )


def _note_where_measured(results: Results) -> str:
    measured = {column.key for column in results.where_measured}
    levels = (
        " Best level: the parts of each film against the true ones so many parts on that the error is smallest; "
        "convergence is judged there."
    )
    smape = " Cobb SMAPE: of the three Cobb angles, as in AASCE 2019."
    return (levels if "best_level_px" in measured else "") + (smape if "cobb_smape" in measured else "")


def _films(shots: int) -> str:
    return f"{shots} labelled film{'s' if shots > 1 else ''}"


def _interval(interval: Interval, form: str) -> str:
    value, low, high = (format(number, form) for number in interval)
    return f"{value} ({low} to {high})".replace("-", "−")


def _mark(pair: Difference) -> str:
    return f" {BEYOND_CHANCE}" if pair.found.beyond_chance else ""
