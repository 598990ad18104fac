# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of a run: `last.pt` to resume from, `best.pt` by validation, and the weights that leave the run."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch
from ignite.engine import Engine, Events
from torch import nn

from bundle.engines.history import History
from bundle.engines.run_identity import RunFolder
from bundle.engines.weights import copy_weights, read_checkpoint, save_weights
from bundle.errors import CheckpointError
from bundle.files import write_whole
from bundle.run_folder import BEST, LAST, MEAN_SHAPE_WEIGHTS, VALIDATION

logger = logging.getLogger(__name__)


class RunCheckpoint:
    """Saves and resumes a run; files are replaced whole, so that a full disk or a kill leaves the older one.

    Everything random in a run depends on its seed and epoch (`EpochSeed`), so a checkpoint at the end of an epoch
    resumes exactly, with the same number of threads (`CoreShare`). MONAI's `CheckpointSaver` is not used because it
    writes in place and does not keep the best metric across a resume.

    Args:
        folder: the run folder; its card is written beside the weights with the validation error.
        parts: objects with `state_dict`.
        model: the network whose weights leave the run.
        history: the run's history, which says whether a validation was the best so far.
        interval: epochs between two `last.pt`.
    """

    start_name = MEAN_SHAPE_WEIGHTS
    best_name = BEST

    def __init__(
        self,
        folder: RunFolder,
        parts: Mapping[str, Any],
        model: nn.Module,
        history: History,
        interval: int,
    ) -> None:
        self.output_dir = folder.folder
        self.card = folder.card
        self.model_file = folder.model_file
        self.parts = parts
        self.model = model
        self.history = history
        self.interval = interval

    @property
    def last(self) -> Path:
        """The checkpoint a run resumes from."""
        return self.output_dir / LAST

    @property
    def best(self) -> Path:
        """The weights of the best validation."""
        return self.output_dir / self.best_name

    @property
    def start_weights(self) -> Path:
        """The model before training, in stage 1 the mean shape alone: the baseline to evaluate against."""
        return self.output_dir / self.start_name

    def attach(self, engine: Engine) -> None:
        """Attach to the trainer, after the history."""
        engine.add_event_handler(Events.EPOCH_COMPLETED, self._epoch_completed)
        engine.add_event_handler(Events.COMPLETED, self._completed)
        engine.add_event_handler(Events.EXCEPTION_RAISED, self._exception_raised)

    def start(self, engine: Engine, resume: bool) -> None:
        """Resume the run of the folder, or save the model as it is before training.

        Of a run whose last epoch is done only the end is done again: a full disk may have kept it from its weights.

        Raises:
            CheckpointError: the checkpoint cannot be read, or does not fit the configured run.
        """
        if not resume:
            name = f"{self.card['name']}: {Path(self.start_name).stem.replace('_', ' ')} alone"
            save_weights(self.start_weights, self.model.state_dict(), {**self.card, "name": name})
            return
        state = read_checkpoint(self.last)
        try:
            for name, component in self.parts.items():
                component.load_state_dict(state[name])
            engine.load_state_dict({**state["trainer"], "max_epochs": engine.state.max_epochs})
        except (KeyError, RuntimeError, ValueError) as error:
            raise CheckpointError(
                f"{self.last}: does not fit this configuration ({str(error).splitlines()[0]}); "
                "resume with the settings the run was started with, see config.json beside it"
            ) from error
        self.history.load(engine.state.epoch)
        logger.info(f"resumed {self.last} after epoch {engine.state.epoch}")
        if engine.state.epoch >= cast(int, engine.state.max_epochs):
            # Ignite takes a trainer that is through for a new one, and would train from the first epoch on
            engine.add_event_handler(Events.STARTED, lambda: engine.terminate())

    def _epoch_completed(self, engine: Engine) -> None:
        _before, *trained = self.history.validation_errors
        row = self.history.rows[-1]
        error = row.get(self.history.judged_by)
        if error is not None and error <= min(trained):
            self._save_best(engine, row[VALIDATION])
        if engine.state.epoch % self.interval == 0 or engine.state.epoch == engine.state.max_epochs:
            state = {name: component.state_dict() for name, component in self.parts.items()}
            write_whole(self.last, partial(torch.save, {**state, "trainer": dict(engine.state_dict())}))

    def _save_best(self, engine: Engine, error: float | None) -> None:
        facts = {"epoch": engine.state.epoch, VALIDATION: error}
        save_weights(self.best, self.model.state_dict(), {**self.card, **facts})

    def _completed(self, engine: Engine) -> None:
        if not self.best.exists():  # the run was shorter than the validation interval
            self._save_best(engine, None)
        leaving = self._leaving()
        copy_weights(leaving, self.model_file)
        logger.info(f"best weights by validation: {leaving}, copied to {self.model_file}")

    def _leaving(self) -> Path:
        """The weights that leave the run."""
        return self.best

    def _exception_raised(self, engine: Engine, error: BaseException) -> None:
        if not isinstance(error, KeyboardInterrupt):
            raise error
        kept = f"resume with --resume true from {self.last}" if self.last.exists() else "no epoch was finished yet"
        logger.warning(f"interrupted in epoch {engine.state.epoch} of {engine.state.max_epochs}; {kept}")
        raise SystemExit(130)
