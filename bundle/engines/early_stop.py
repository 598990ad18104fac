# SPDX-License-Identifier: Apache-2.0
"""Stop a run that no longer improves."""

from __future__ import annotations

import logging

from ignite.engine import Engine, Events

from bundle.engines.history import History

logger = logging.getLogger(__name__)


class EarlyStop:
    """Ends training after a number of validations without a new best error.

    It reads the run's history, so that a resumed run stops where an uncut one would (MONAI's handler keeps its count
    in memory only).

    Args:
        history: the run's history.
        patience: validations without improvement; 0 never stops.
    """

    def __init__(self, history: History, patience: int) -> None:
        self.history = history
        self.patience = patience

    def attach(self, engine: Engine) -> None:
        """Attach to the trainer, after the history."""
        if self.patience:
            engine.add_event_handler(Events.EPOCH_COMPLETED, self)

    def __call__(self, engine: Engine) -> None:
        """Terminate if the best validation lies `patience` validations back, or more."""
        errors = self.history.validation_errors
        if errors and len(errors) - 1 - errors.index(min(errors)) >= self.patience:
            logger.info(f"early stop in epoch {engine.state.epoch}: no better validation in the last {self.patience}")
            engine.terminate()
