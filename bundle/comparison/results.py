# SPDX-License-Identifier: Apache-2.0
"""What the cells of a comparison came to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import numpy as np

from bundle.comparison.cells import Cell, Plan
from bundle.comparison.methods import Method
from bundle.drawing.cumulative_error import MILLIMETRES, WIDTH_PERCENT, comparable_errors
from bundle.errors import BundleError
from bundle.evaluation.reader import Evaluation, read_evaluation

PIXELS = "px"
DONE, DIVERGED, MISSING = "done", "stage 1 did not converge", "no result"

read_once = cache(read_evaluation)


@dataclass(frozen=True)
class Result:
    """What a cell came to.

    Attributes:
        cell: Which one.
        state: `DONE`; `DIVERGED`, where stage 1 has figures but does not count, and stage 2 has none; or `MISSING`.
        evaluation: Its errors on the test films, None where there are none.
        minutes: Of the training, None where unknown or nothing was trained.
        resumed: Whether `minutes` are only those since the training was resumed.
        accepted: Whether stage 2 was; if not, its errors are those of stage 1's weights. None for other cells.
    """

    cell: Cell
    state: str
    evaluation: Evaluation | None
    minutes: float | None = None
    resumed: bool = False
    accepted: bool | None = None


def read_result(cell: Cell) -> Result:
    """Read a cell, as far as it is.

    Raises:
        BundleError: its evaluation cannot be read.
    """
    state = DIVERGED if cell.diverged else DONE
    if not cell.done:
        return Result(cell, state if cell.method.stage == 2 and state == DIVERGED else MISSING, None)
    time = json.loads(cell.marker.read_text(encoding="utf-8")) if cell.method.stage else {}
    return Result(cell, state, read_once(cell.evaluation), **time, accepted=cell.accepted)


class Results:
    """All cells of a comparison.

    Args:
        plan: the comparison.

    Raises:
        BundleError: an evaluation cannot be read, or two of them are of different films.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.all = [read_result(cell) for cell in plan.cells()]
        evaluations = [result.evaluation for result in self.all if result.evaluation is not None]
        for other in evaluations[1:]:
            if other.films != evaluations[0].films:
                raise BundleError(
                    f"{other.folder}: is of other films than {evaluations[0].folder}; delete it to evaluate again"
                )
        self.evaluations = evaluations

    def row(self, method: Method, shots: int) -> list[Result]:
        """The draws of a method, in order."""
        return [result for result in self.all if (result.cell.method, result.cell.shots) == (method, shots)]

    def done(self, method: Method, shots: int) -> dict[int, Evaluation]:
        """The evaluations that count, by their draws."""
        return {
            result.cell.draw: result.evaluation
            for result in self.row(method, shots)
            if result.state == DONE and result.evaluation is not None
        }

    def by_draw(self) -> Iterator[tuple[int, int, list[Result]]]:
        """Number of labelled films, draw, and its results in the order of the methods."""
        place = {method.key: index for index, method in enumerate(self.plan.methods)}
        ordered = sorted(self.all, key=lambda each: (each.cell.shots, each.cell.draw, place[each.cell.method.key]))
        for (shots, draw), group in groupby(ordered, key=lambda each: (each.cell.shots, each.cell.draw)):
            yield shots, draw, list(group)

    @property
    def in_mm(self) -> bool:
        """Whether every error that was measured is known in mm."""
        return bool(self.evaluations) and all(
            comparable_errors(each.millimetres, each.width_fraction)[1] == MILLIMETRES for each in self.evaluations
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
