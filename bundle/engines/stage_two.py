# SPDX-License-Identifier: Apache-2.0
"""Stage 2 as a run: it begins with a stage 1 that fits and converged, and ends with an acceptance test."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bundle.engines.acceptance import StageTwoCheckpoint
from bundle.engines.film_errors import FilmErrors
from bundle.engines.history import History
from bundle.engines.semi_supervised import SemiSupervisedTrainer
from bundle.engines.training_run import TrainingRun
from bundle.engines.weights import read_weights
from bundle.errors import CheckpointError
from bundle.networks import DeepAdaptiveGraph
from bundle.run_folder import ACCEPTED, BEST, CONVERGENCE, ERROR, VALIDATION, converged
from bundle.transforms import Preprocessing

logger = logging.getLogger(__name__)

NETWORK = DeepAdaptiveGraph.__name__


class StageTwoRun(TrainingRun):
    """Trains on from the best weights of stage 1, or of another stage 2, whose stage 1 was judged already.

    The network that is not the model is validated too, to be looked at.

    Args:
        stage1: run folder of stage 1, or of a stage 2 that came to its end.
        accept_unconverged: whether to go on from a stage 1 that did not converge.
        accept_confidence: how sure the acceptance test has to be, see `FilmErrors`.
        **settings: of `TrainingRun`; `validator` is that of the model.
    """

    trainer: SemiSupervisedTrainer

    def __init__(self, stage1: str | Path, accept_unconverged: bool, accept_confidence: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.weights = Path(stage1) / BEST
        self.accept_unconverged = accept_unconverged
        self.film_errors = FilmErrors(accept_confidence)
        for name, network in self.trainer.networks.items():
            if network is not self.trainer.model:
                self.validators[name + ERROR] = self.validators[VALIDATION].of(network, name)

    def _prepare(self) -> None:
        """Give student and teacher the weights of stage 1.

        Raises:
            CheckpointError: stage 1 is missing, did not converge, or is of other landmarks, settings or films.
        """
        if self.folder.resumed:
            return
        stage1, card = read_weights(self.weights), self.folder.card
        self._require_agreement(_settings(stage1.card, self.weights), _settings(card, "this run"))
        if ACCEPTED not in stage1.card:
            self._require_converged()
        stage1.require_landmarks(card["landmarks"])
        stage1.load_into(self.trainer.network)
        self.trainer.teacher.start(self.trainer.network)

    def _require_agreement(self, then: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        for run, settings in (str(self.weights), then), ("this run", now):
            if settings["name"] != NETWORK:
                raise CheckpointError(
                    f"{run}: its network is a {settings['name']}, and stage 2 trains on a {NETWORK} alone; "
                    "leave out configs/methods/spatial_configuration_net.yaml in both stages"
                )
        for name, value in now.items():
            if then.get(name) != value:
                raise CheckpointError(
                    f"{self.weights}: stage 1 was trained with {name} {then.get(name)}, this run has {value}; "
                    f"give --{name} {then.get(name)}, or the --stage1 of another run"
                )

    def _require_converged(self) -> None:
        stage1 = self.weights.parent
        if converged(stage1):
            return
        if not self.accept_unconverged:
            raise CheckpointError(
                f"{stage1 / CONVERGENCE}: stage 1 did not converge, so its pseudo ground truth would mislead stage 2; "
                "train stage 1 longer or on more films, or go on all the same with --accept_unconverged true"
            )
        logger.warning("stage 1 did not converge; going on all the same, as asked")

    def _parts(self) -> dict[str, Any]:
        return {**super()._parts(), "film_errors": self.film_errors}

    def _checkpoint(self, **settings: Any) -> StageTwoCheckpoint:
        return StageTwoCheckpoint(self.film_errors, **settings)

    def _attach(self, history: History, checkpoint: Any) -> None:
        super()._attach(history, checkpoint)
        self.film_errors.attach(self.validators[VALIDATION])


def _settings(card: Mapping[str, Any], weights: str | Path) -> dict[str, Any]:
    """What the two stages have to share: network, preprocessing and labelled films, each setting by its name."""
    films = {name: card.get(name) for name in ("shots", "draw")}
    return {**Preprocessing.of_card(card, weights).for_card(), **card["network"], **films}
