# SPDX-License-Identifier: Apache-2.0
"""One model from a data folder: a comparison of one cell, then its calibration, evaluation and page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bundle.comparison.cells import Cell, Plan
from bundle.comparison.checks import check_plan
from bundle.comparison.methods import stage_folder
from bundle.comparison.processes import Processes, interrupted_by_termination, only_comparison
from bundle.comparison.runner import environment_on, run_cells
from bundle.dataset.description import read_dataset
from bundle.errors import BundleError
from bundle.evaluation.evaluation import headline
from bundle.evaluation.reader import read_evaluation
from bundle.files import write_whole
from bundle.page.report import write_report
from bundle.run_folder import BEST, CALIBRATION, CALIBRATION_REPORT, METRICS, MODEL, REPORT, model_files

FEWEST_TO_CALIBRATE = 5

Say = Callable[[str], object]


class OneModel(Plan):
    """A plan of one method on one draw, whose folders are named by what they hold."""

    def folder(self, cell: Cell) -> Path:
        """That of the stage."""
        return self.out / stage_folder(cell.method)

    @property
    def stages(self) -> list[Cell]:
        """Stage 1, and what follows it, in order."""
        return sorted(self.cells(), key=lambda cell: self.methods.index(cell.method))

    @property
    def model(self) -> Path:
        """The weights that come out, with their card and calibration beside them."""
        return self.out / MODEL

    @property
    def page(self) -> Path:
        """The page about what was reached."""
        return self.out / REPORT


@dataclass(frozen=True)
class Outcome:
    """What a training came to.

    Attributes:
        model: The weights.
        kept: The name of the training that they are of: the last one that was not declined.
        declined: Names of those that were not better on the validation films.
        converged: Whether stage 1 did; else there is no stage 2.
        calibrated: Whether expected errors come with the results.
        test: The errors on the test films in a sentence; None where there are none.
        page: The page, where there are test films.
    """

    model: Path
    kept: str
    declined: tuple[str, ...]
    converged: bool
    calibrated: bool
    test: str | None
    page: Path | None


def train_model(
    plan: OneModel, devices: Sequence[str], say: Say, announce: Callable[[Sequence[str]], object]
) -> Outcome:
    """Do what is missing of a plan; when stopped and called again, it goes on where it was.

    Args:
        plan: one method, one number of labelled films, one draw.
        devices: see `run_cells`.
        say: is told each step in a line.
        announce: is told the words of every command before it is run.

    Raises:
        BundleError: the input cannot be used, or a step failed; the same call goes on with what is missing.
    """
    check_plan(plan)
    failures = run_cells(plan.work(), 1, devices, announce=announce)
    if failures:
        raise BundleError(f"{failures[0].cell}: {failures[0].sentence}; the same command goes on with what is missing")
    converged = not plan.stages[0].diverged
    trained = [cell for cell in plan.stages if cell.trained]
    # one that was declined has the weights of the one before; but windows read films in another way than their graph
    final = next(cell for cell in reversed(trained) if cell.accepted is not False)
    dataset = read_dataset(plan.dataset_dir)
    calibrates = sum(film.labelled for film in dataset.validation) >= FEWEST_TO_CALIBRATE
    evaluates = any(film.labelled for film in dataset.test)
    with only_comparison(plan.out), interrupted_by_termination():
        processes = Processes(announce)
        environment = environment_on(devices[0])
        if calibrates and not (final.folder / CALIBRATION / CALIBRATION_REPORT).is_file():
            say("calibrating: which error to expect of each landmark")
            processes.run(final.calibration_command(), final.log, environment)
        for cell in trained if evaluates else ():
            if not (cell.evaluation / METRICS).is_file():
                say(f"evaluating on the test films: {cell}")
                processes.run(cell.evaluation_command(), cell.log, environment)
    for file, target in zip(model_files(final.folder / BEST), model_files(plan.model), strict=True):
        if file.is_file():
            write_whole(target, partial(shutil.copyfile, file))
    if evaluates:
        write_report(plan.page, [cell.folder for cell in trained])
    return Outcome(
        model=plan.model,
        kept=final.method.name,
        declined=tuple(cell.method.name for cell in trained if cell.accepted is False),
        converged=converged,
        calibrated=calibrates,
        test=headline(read_evaluation(final.evaluation).metrics) if evaluates else None,
        page=plan.page if evaluates else None,
    )
