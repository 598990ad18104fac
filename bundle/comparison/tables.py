# SPDX-License-Identifier: Apache-2.0
"""The tables of a comparison: the paper's two, the differences between methods, and every draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bundle.comparison.differences import Difference
from bundle.comparison.figures import (
    FAILURES,
    Figure,
    error_figures,
    known_figures,
    value_of_draw,
    values_of_draws,
)
from bundle.comparison.methods import Method
from bundle.comparison.results import DONE, MILLIMETRES, PIXELS, Result, Results
from bundle.metrics.paired_bootstrap import Interval
from bundle.page.html import UNKNOWN

BEYOND_CHANCE = "*"
NOT_ACCEPTED = "stage 2 not accepted"


@dataclass(frozen=True)
class Table:
    """A table as text.

    Attributes:
        title: What it shows.
        columns: (group, heading) of each; neighbours of one group stand under its name, "" is none.
        rows: Cells as text.
        note: What a reader has to know.
    """

    title: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[str]]
    note: str

    def groups(self) -> list[tuple[str, int]]:
        """Names of the groups with the number of their columns; empty where nothing is grouped."""
        spans = [(name, len(list(columns))) for name, columns in groupby(group for group, _ in self.columns)]
        return spans if len(spans) > 1 else []


def paper_tables(results: Results) -> list[Table]:
    """Table 1 for each number of labelled films, and Table 2 over all of them."""
    numbers = results.plan.shots
    return [*(_table_1(results, shots) for shots in numbers), *([_table_2(results)] if len(numbers) > 1 else [])]


def _table_1(results: Results, shots: int) -> Table:
    in_mm = error_figures(MILLIMETRES) if results.in_mm else []
    figures = [*in_mm, *error_figures(PIXELS), FAILURES]
    rows = [
        [
            method.name,
            *(_over_draws(results, method, shots, figure) for figure in figures),
            _accepted(results, method, shots),
        ]
        for method in results.plan.methods
    ]
    columns = _columns("method", *figures, "stage 2 accepted")
    note = f"{_note(results)} Where stage 2 was not accepted, its errors are those of stage 1's weights."
    return Table(f"Table 1: {_films(shots)}", columns, rows, note)


def _table_2(results: Results) -> Table:
    figures = [*error_figures(results.unit), FAILURES]
    numbers = results.plan.shots
    columns = [("", "method"), *((_films(shots), figure.heading) for shots in numbers for figure in figures)]
    rows = [
        [method.name, *(_over_draws(results, method, shots, figure) for shots in numbers for figure in figures)]
        for method in results.plan.methods
    ]
    return Table("Table 2: by the number of labelled films", columns, rows, _note(results))


def difference_tables(results: Results, found: Sequence[Difference]) -> list[Table]:
    """Differences with their intervals for each number of labelled films; a star says that one is beyond chance."""
    return [
        _difference_table(results, shots, each)
        for shots in results.plan.shots
        if (each := {(pair.method, pair.reference): pair for pair in found if pair.shots == shots})
    ]


def _difference_table(results: Results, shots: int, pairs: Mapping[tuple[Method, Method], Difference]) -> Table:
    methods = dict.fromkeys(method for method, _ in pairs)
    references = dict.fromkeys(reference for _, reference in pairs)
    headings = (f"difference, {results.unit}", "ratio")
    columns = [("", "method"), *((f"against {each.name}", heading) for each in references for heading in headings)]
    rows = [
        [method.name, *(text for reference in references for text in _comparison(pairs.get((method, reference))))]
        for method in methods
    ]
    draws = min(pair.draws for pair in pairs.values())
    note = (
        "Mean error of the method less that of the other, and their ratio, with 95 % intervals of a paired bootstrap "
        f"over draws and test films; below 0, or 1, the method is better. {BEYOND_CHANCE}: beyond chance, the interval "
        "leaves out 0; of 20 differences that are none, one is called so."
    )
    if draws == 1:
        note += " One draw: the intervals hold for these labelled films and this training alone."
    return Table(f"Differences: {_films(shots)}", columns, rows, note)


def _comparison(pair: Difference | None) -> list[str]:
    if pair is None:
        return ["", ""]
    mark = f" {BEYOND_CHANCE}" if pair.figures.beyond_chance else ""
    return [_interval(pair.figures.difference, "+.2f") + mark, _interval(pair.figures.ratio, ".2f")]


def draw_table(results: Results) -> Table:
    """Every cell on its own, with its figures even where stage 1 did not converge."""
    figures = known_figures(results)
    rows = [
        [
            str(shots),
            str(draw),
            result.cell.method.name,
            *(figure.text(value_of_draw(result, figure.key)) for figure in figures),
            _minutes(result),
            _remark(result),
        ]
        for shots, draw, group in results.by_draw()
        for result in group
    ]
    note = (
        "SDR: share of landmarks found within the radius. Minutes are those of the training." if results.in_mm else ""
    )
    return Table("Every draw", _columns("labelled films", "draw", "method", *figures, "minutes", "remark"), rows, note)


def _columns(*headings: str | Figure) -> list[tuple[str, str]]:
    return [("", each if isinstance(each, str) else each.heading) for each in headings]


def _over_draws(results: Results, method: Method, shots: int, figure: Figure) -> str:
    """Mean over the draws that count ± their standard deviation; the mean error says how many they are if not all."""
    values = values_of_draws(results, method, shots, figure.key)
    draws = len(results.plan.draws)
    some = 0 < len(values) < draws and figure.key.startswith("mean_")
    return figure.text(values) + (f" ({len(values)} of {draws})" if some else "")


def _accepted(results: Results, method: Method, shots: int) -> str:
    """In how many of its draws stage 2 was accepted; nothing for a method without one."""
    verdicts = [result.accepted for result in results.row(method, shots) if result.accepted is not None]
    return f"{sum(verdicts)} of {len(verdicts)}" if verdicts else ""


def _remark(result: Result) -> str:
    if result.state != DONE:
        return result.state
    return NOT_ACCEPTED if result.accepted is False else ""


def _note(results: Results) -> str:
    metrics = results.evaluations[0].metrics if results.evaluations else {"films": 0, "synthetic": False}
    draws = len(results.plan.draws)
    over = "One draw of labelled films"
    if draws > 1:
        over = (
            f"Mean ± standard deviation over {draws} draws of labelled films; (n of {draws}): over those that converged"
        )
    return (
        f"{over}. Errors over all landmarks of {metrics['films']} "
        f"{'synthetic ' if metrics['synthetic'] else ''}test films; failures: error above 5 % of the image width. "
        f"{UNKNOWN}: stage 1 did not converge, or there is no result."
    )


def _films(shots: int) -> str:
    return f"{shots} labelled film{'s' if shots > 1 else ''}"


def _interval(interval: Interval, form: str) -> str:
    value, low, high = (format(number, form) for number in interval)
    return f"{value} ({low} to {high})".replace("-", "−")


def _minutes(result: Result) -> str:
    if result.minutes is None:
        return ""
    return f"{result.minutes:.1f}{' (resumed)' if result.resumed else ''}"
