# SPDX-License-Identifier: Apache-2.0
"""The course of a run: one row an epoch, in memory and in `history.csv`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from ignite.engine import Engine, Events

from bundle.csv_tables import csv_of_records
from bundle.errors import ConfigurationError
from bundle.files import write_text
from bundle.run_folder import BEST_LEVEL, EPOCH, HISTORY, ITERATION, TYPICAL, VALIDATION, read_history


class History:
    """Keeps the mean an epoch of every loss term, over the batches that have it, and the validation errors.

    The first row, epoch 0, holds the validation error before training: in stage 1 that of the mean shape alone, in
    stage 2 that of the weights of stage 1.

    Args:
        output_dir: the run folder.
        terms: names of the loss terms in the trainer's output.
        validators: evaluators whose key metric is the mean radial error in pixels of the original films, by the name
            of their column; that of `VALIDATION` judges the run, and may measure `BEST_LEVEL` and `TYPICAL` as well.
    """

    def __init__(self, output_dir: str | Path, terms: Sequence[str], validators: Mapping[str, Engine]) -> None:
        self.file = Path(output_dir) / HISTORY
        self.terms = list(terms)
        self.validators = validators
        self.rows: list[dict[str, Any]] = []
        self._sums: dict[str, torch.Tensor | float] = {}
        self._counts: Counter[str] = Counter()
        self._errors: dict[str, float] = {}

    def attach(self, engine: Engine) -> None:
        """Attach to the trainer, after its validation handler."""
        engine.add_event_handler(Events.STARTED, self._started)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._iteration_completed)
        engine.add_event_handler(Events.EPOCH_COMPLETED, self._epoch_completed)
        for name, validator in self.validators.items():
            validator.add_event_handler(Events.COMPLETED, self._validated, name)

    @property
    def judged_by(self) -> str:
        """The column that judges the run: of repeated parts the typical error.

        A level is right or wrong by a whole part, and a film that is lost has many times the error of others. On few
        validation films both are mostly chance, and would hide all else.
        """
        return TYPICAL if self.rows and self.rows[0].get(TYPICAL) is not None else VALIDATION

    @property
    def in_words(self) -> str:
        """What an error that judges the run is, after the words "validation error"."""
        return " (typical, at the best level)" if self.judged_by == TYPICAL else ""

    @property
    def validated(self) -> list[dict[str, Any]]:
        """The rows with a validation, the one before training first."""
        return [row for row in self.rows if row.get(self.judged_by) is not None]

    @property
    def validation_errors(self) -> list[float]:
        """The errors that judge the run, in pixels, in the order of time, the one before training first."""
        return [row[self.judged_by] for row in self.validated]

    def load(self, epoch: int) -> None:
        """Take back the rows up to an epoch from the file of a run that is resumed."""
        self.rows = [row for row in read_history(self.file.parent) if (row[EPOCH] or 0) <= epoch]

    def _started(self, engine: Engine) -> None:
        if engine.state.epoch == 0 and self._errors:
            self._append(engine, {})

    def _iteration_completed(self, engine: Engine) -> None:
        output: Any = engine.state.output
        for name in self.terms:
            if name in output:  # not every kind of batch has every term
                self._sums[name] = self._sums.get(name, 0.0) + output[name]
                self._counts[name] += 1

    def _epoch_completed(self, engine: Engine) -> None:
        means = {name: float(total) / self._counts[name] for name, total in self._sums.items()}
        self._sums, self._counts = {}, Counter()
        if not all(math.isfinite(mean) for mean in means.values()):
            raise ConfigurationError(
                f"the loss is no longer a number in epoch {engine.state.epoch}; begin anew with a lower learning_rate, "
                f"the last good checkpoint is kept in {self.file.parent}"
            )
        self._append(engine, means)

    def _validated(self, validator: Engine, name: str) -> None:
        state: Any = validator.state
        self._errors[name] = float(state.metrics[state.key_metric_name])
        if name == VALIDATION:
            self._errors |= {of: float(state.metrics[of]) for of in (BEST_LEVEL, TYPICAL) if of in state.metrics}

    def _append(self, engine: Engine, means: Mapping[str, float]) -> None:
        terms = {name: means.get(name) for name in self.terms}
        errors = {**dict.fromkeys(self.validators), **self._errors}
        self.rows.append({ITERATION: engine.state.iteration, EPOCH: engine.state.epoch, **terms, **errors})
        self._errors = {}
        write_text(self.file, csv_of_records(self.rows))
