# SPDX-License-Identifier: Apache-2.0
"""A run that begins with the weights of an earlier one, and ends with a test of whether it is better."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bundle.engines.acceptance import AcceptedCheckpoint
from bundle.engines.film_errors import FilmErrors
from bundle.engines.history import History
from bundle.engines.model_card import settings_of
from bundle.engines.training_run import TrainingRun
from bundle.engines.weights import Weights, read_weights
from bundle.errors import CheckpointError, ConfigurationError
from bundle.run_folder import ACCEPTED, BEST, CONVERGENCE, VALIDATION, converged

logger = logging.getLogger(__name__)


class ContinuedRun(TrainingRun):
    """Trains on from the best weights of stage 1, or of a run that itself began with one, which was judged already.

    Args:
        stage1: run folder of that run, which came to its end.
        accept_unconverged: whether to go on from a stage 1 that did not converge.
        accept_confidence: how sure the acceptance test has to be, see `FilmErrors`.
        **settings: of `TrainingRun`; `validator` is that of the model, and `converged_below` is not read.
    """

    def __init__(self, stage1: str | Path, accept_unconverged: bool, accept_confidence: float, **settings: Any) -> None:
        super().__init__(**{**settings, "converged_below": None})  # which is a word on stage 1
        self.weights = Path(stage1) / BEST
        self.accept_unconverged = accept_unconverged
        self.film_errors = FilmErrors(accept_confidence)

    @abstractmethod
    def _begin_with(self, stage1: Weights) -> None:
        """Load the weights."""

    def _expected(self, card: Mapping[str, Any]) -> dict[str, Any]:
        """The `settings_of` the earlier run that this one, of this card, can go on from: its own."""
        return settings_of(card, "this run")

    def _prepare(self) -> None:
        """Load the weights of the earlier run.

        Raises:
            CheckpointError: they are missing, did not converge, or are of other landmarks, settings or films.
            ConfigurationError: there are weights to begin stage 1 with.
        """
        if self.initial_weights is not None:
            raise ConfigurationError("initial_weights: stage 1 alone begins with them; leave out --initial_weights")
        if self.folder.resumed:
            return
        stage1, card = read_weights(self.weights), self.folder.card
        stage1.require_same(self._expected(card), card["landmarks"], "stage 1 was trained", "stage1")
        if ACCEPTED not in stage1.card:
            self._require_converged()
        self._begin_with(stage1)

    def _require_converged(self) -> None:
        stage1 = self.weights.parent
        if converged(stage1):
            return
        if not self.accept_unconverged:
            raise CheckpointError(
                f"{stage1 / CONVERGENCE}: stage 1 did not converge, so that what it says would mislead this training; "
                "train stage 1 longer or on more films, or go on all the same with --accept_unconverged true"
            )
        logger.warning("stage 1 did not converge; going on all the same, as asked")

    def _parts(self) -> dict[str, Any]:
        return {**super()._parts(), "film_errors": self.film_errors}

    def _checkpoint(self, **settings: Any) -> AcceptedCheckpoint:
        return AcceptedCheckpoint(self.film_errors, **settings)

    def _attach(self, history: History, checkpoint: Any) -> None:
        super()._attach(history, checkpoint)
        self.film_errors.attach(self.validators[VALIDATION])
