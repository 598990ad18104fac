# SPDX-License-Identifier: Apache-2.0
"""What the cells of a comparison came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from bundle.comparison.cells import Cell, Plan
from bundle.comparison.columns import ALL, PIXELS, WHERE_MEASURED, Column, known_columns
from bundle.comparison.methods import Method
from bundle.drawing.cumulative_error import MILLIMETRES, WIDTH_PERCENT, comparable_errors
from bundle.errors import BundleError
from bundle.evaluation.reader import Evaluation, read_evaluation
from bundle.run_folder import read_trained

DONE, DIVERGED, MISSING = "done", "stage 1 did not converge", "no result"

read_once = cache(read_evaluation)


class Results:
    """All cells of a comparison.

    Args:
        plan: the comparison.

    Attributes:
        evaluations: Those that are there, by method (key), number of labelled films and draw.
        cells: One row a cell, by number of labelled films, draw and method, with what was measured even where stage 1
            did not converge. Columns: `shots`, `draw`, `method` (key), `state`, `overall` of `metrics.json`, those of
            `WHERE_MEASURED` that were, `minutes` of the training, whether they are only those since it was `resumed`,
            and whether stage 2 was `accepted` (if not, its errors are those of the weights it began with). What is
            unknown is None or NaN.
        films: How many test films there are, 0 before the first evaluation.
        synthetic: Whether they are computed.

    Raises:
        BundleError: an evaluation cannot be read, or two of them are of different films.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        cells = sorted(plan.cells(), key=lambda cell: (cell.shots, cell.draw, plan.methods.index(cell.method)))
        self.evaluations = {_key(cell): read_once(cell.evaluation) for cell in cells if cell.done}
        found = list(self.evaluations.values())
        for other in found[1:]:
            if other.films != found[0].films:
                raise BundleError(
                    f"{other.folder}: is of other films than {found[0].folder}; delete it to evaluate again"
                )
        self.films: int = found[0].metrics["films"] if found else 0
        self.synthetic: bool = bool(found) and found[0].metrics["synthetic"]
        self.cells = _frame(plan, [_record(cell, self.evaluations.get(_key(cell))) for cell in cells])

    def over_draws(self) -> pd.api.typing.DataFrameGroupBy:
        """The rows of `cells` that count, by number of labelled films and method; some groups may be empty."""
        return self.cells[self.cells["state"] == DONE].groupby(["shots", "method"], observed=False)

    def summary(self) -> pd.DataFrame:
        """One row a method and number of labelled films: mean and standard deviation over the draws that count."""
        groups = self.over_draws()
        summary = groups[[column.key for column in self.columns]].agg(["mean", "std"])
        summary.columns = [key if reduction == "mean" else f"{key}_spread" for key, reduction in summary.columns]
        summary.insert(0, "draws", groups.size())
        return summary.reset_index()

    @property
    def columns(self) -> list[Column]:
        """What was measured of these films."""
        return [*known_columns(self.in_mm), *self.where_measured]

    @property
    def where_measured(self) -> list[Column]:
        """What was measured of these films and is not of all."""
        return [column for column in WHERE_MEASURED if column.key in self.cells]

    def done(self, method: Method, shots: int) -> dict[int, Evaluation]:
        """The evaluations that count, by their draws."""
        cells = self.cells
        counts = (cells["state"] == DONE) & (cells["method"] == method.key) & (cells["shots"] == shots)
        return {draw: self.evaluations[method.key, shots, draw] for draw in cells.loc[counts, "draw"]}

    @property
    def in_mm(self) -> bool:
        """Whether every error that was measured is known in mm."""
        return bool(self.evaluations) and all(
            comparable_errors(evaluation.millimetres, evaluation.width_fraction)[1] == MILLIMETRES
            for evaluation in self.evaluations.values()
        )

    @property
    def unit(self) -> str:
        """What errors are compared in: mm where all are known, else pixels."""
        return MILLIMETRES if self.in_mm else PIXELS

    def errors(self, evaluation: Evaluation) -> np.ndarray:
        """The errors `[N, K]` of an evaluation in `unit`."""
        return evaluation.millimetres if self.in_mm else evaluation.pixels

    def comparable(self, evaluation: Evaluation) -> np.ndarray:
        """The errors `[N, K]` in `comparable_unit`."""
        return evaluation.millimetres if self.in_mm else 100 * evaluation.width_fraction

    @property
    def comparable_unit(self) -> str:
        """A unit in which films of different pixel size compare."""
        return MILLIMETRES if self.in_mm else WIDTH_PERCENT


def _key(cell: Cell) -> tuple[str, int, int]:
    return cell.method.key, cell.shots, cell.draw


def _frame(plan: Plan, records: list[dict[str, Any]]) -> pd.DataFrame:
    """Records as rows; numbers of films and methods are categories, so that groups are in the order of the plan."""
    frame = pd.DataFrame(records, dtype=object)
    everywhere = [column.key for column in ALL]
    measured = [*everywhere, *(column.key for column in WHERE_MEASURED if column.key in frame)]
    types = {"shots": pd.CategoricalDtype(plan.shots), "method": pd.CategoricalDtype([m.key for m in plan.methods])}
    return frame.reindex(columns=frame.columns.union(everywhere, sort=False)).astype(
        {**types, **dict.fromkeys(measured, float)}
    )


def _record(cell: Cell, evaluation: Evaluation | None) -> dict[str, Any]:
    trained = evaluation is not None and cell.method.stage > 0
    return {
        **{"shots": cell.shots, "draw": cell.draw, "method": cell.method.key, "state": _state(cell, evaluation)},
        **(_measured(evaluation.metrics) if evaluation else {}),
        **(asdict(read_trained(cell.folder)) if trained else {"minutes": None, "resumed": False}),
        "accepted": cell.accepted if trained else None,
    }


def _measured(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Figures of an evaluation by the keys of their columns."""
    some = {**metrics.get("levels", {}), "cobb_smape": metrics.get("cobb_smape")}
    known = {column.key: some[column.key] for column in WHERE_MEASURED if some.get(column.key) is not None}
    return {**metrics["overall"], **known}


def _state(cell: Cell, evaluation: Evaluation | None) -> str:
    """`DIVERGED` where stage 1 was measured but does not count, and where for that reason there is no stage 2."""
    if cell.diverged and (evaluation or cell.method.stage == 2):
        return DIVERGED
    return DONE if evaluation else MISSING
