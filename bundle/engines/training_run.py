# SPDX-License-Identifier: Apache-2.0
"""A training as a run: a trainer, the folder it works in, and all that makes it exact, resumable and told."""

from __future__ import annotations

from typing import Any

import torch
from ignite.engine import Events
from monai.handlers import LrScheduleHandler, TensorBoardStatsHandler, ValidationHandler
from torch.optim.lr_scheduler import _LRScheduler

from bundle.engines.checkpoint import RunCheckpoint
from bundle.engines.convergence import ConvergenceReport
from bundle.engines.core_share import CoreShare
from bundle.engines.early_stop import EarlyStop
from bundle.engines.history import History
from bundle.engines.landmark_trainer import LandmarkTrainer
from bundle.engines.model_card import network_settings_of
from bundle.engines.progress import Progress
from bundle.engines.run_identity import RunFolder
from bundle.engines.run_record import record_run
from bundle.engines.seeding import EpochSeed
from bundle.engines.tensorboard import TensorBoard
from bundle.engines.validator import Validator
from bundle.engines.weights import Weights, read_weights, set_landmarks
from bundle.networks.pretrained import load_pretrained
from bundle.run_folder import VALIDATION


class TrainingRun:
    """Trains in a run folder, from the mean shape on, or on from its last checkpoint as if it had never stopped.

    Args:
        trainer: MONAI's, with the network, its optimizer and loss.
        validator: judges the model on the validation films.
        lr_scheduler: of the trainer's optimizer, stepped once an epoch.
        folder: the run folder, begun before.
        mean_shape: [K, 2] of the drawn films, where vertices start.
        seed: of all that is random in an epoch.
        val_interval: epochs from one validation, and one checkpoint, to the next.
        early_stop_patience: validations without a new best, after which the run ends; 0 never ends it.
        converged_below: share of the mean shape's error below which stage 1 has converged; None says nothing of it.
        tensorboard: where losses and errors are shown.
        pretrained_backbone: file of public HRNet weights to begin with; None for random ones.
        initial_weights: `best.pt` of an earlier run of the same network and landmarks to begin with, once the mean
            shape is validated; None for random ones.
    """

    def __init__(
        self,
        trainer: LandmarkTrainer,
        validator: Validator,
        lr_scheduler: _LRScheduler,
        folder: RunFolder,
        mean_shape: torch.Tensor,
        seed: int,
        val_interval: int,
        early_stop_patience: int,
        converged_below: float | None,
        tensorboard: TensorBoard,
        pretrained_backbone: str | None = None,
        initial_weights: str | None = None,
    ) -> None:
        self.trainer = trainer
        self.validators: dict[str, Validator] = {VALIDATION: validator}
        self.lr_scheduler = lr_scheduler
        self.folder = folder
        self.mean_shape = mean_shape
        self.seed = seed
        self.val_interval = val_interval
        self.early_stop_patience = early_stop_patience
        self.converged_below = converged_below
        self.tensorboard = tensorboard
        self.pretrained_backbone = pretrained_backbone
        self.initial_weights = initial_weights
        self.core_share = CoreShare()

    def train(self) -> None:
        """Train to the end of the run; called from a config, after `RunFolder.begin`.

        Raises:
            BundleError: the run cannot be begun or gone on with, see the parts.
        """
        history = History(self.folder.folder, self.trainer.terms, self.validators)
        checkpoint = self._checkpoint(
            folder=self.folder,
            parts=self._parts(),
            model=self.trainer.model,
            history=history,
            interval=self.val_interval,
        )
        try:
            self._attach(history, checkpoint)
            self._prepare()
            checkpoint.start(self.trainer, self.folder.resumed)
            record_run(self.folder.folder, self.trainer.state.device)
            self.trainer.run()
        finally:
            self.core_share.leave()
            self.folder.release()

    def _prepare(self) -> None:
        """Give the network what it begins with.

        Raises:
            CheckpointError: weights to begin with are missing, damaged, or of another network or landmarks.
        """
        network: Any = self.trainer.network
        card = self.folder.card
        set_landmarks(network, self.mean_shape, card["landmarks"])
        if self.pretrained_backbone is not None:
            load_pretrained(getattr(network, "backbone", None), self.pretrained_backbone)
        if self.initial_weights is not None and not self.folder.resumed:
            weights, expected = read_weights(self.initial_weights), network_settings_of(card, "this run")
            weights.require_same(expected, card["landmarks"], "its network was trained", "initial_weights")
            self.trainer.add_event_handler(Events.EPOCH_STARTED(once=1), self._warm_start, weights)

    def _warm_start(self, weights: Weights) -> None:
        """Begin with weights of an earlier run; the mean shape stays that of the films of this one."""
        network: Any = self.trainer.network
        network.load_state_dict(weights.state)
        network.set_landmarks(self.mean_shape, self.folder.card["landmarks"])

    def _parts(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {**self.trainer.parts(), "lr_scheduler": self.lr_scheduler}

    def _checkpoint(self, **settings: Any) -> RunCheckpoint:
        return RunCheckpoint(**settings)

    def _attach(self, history: History, checkpoint: RunCheckpoint) -> None:
        """Attach the handlers in the order in which they depend on each other."""
        self.core_share.attach(self.trainer)
        for dataset in self.trainer.datasets:
            EpochSeed(self.seed, dataset).attach(self.trainer)
        LrScheduleHandler(self.lr_scheduler, print_lr=False).attach(self.trainer)
        for validator in self.validators.values():
            at_start = not self.folder.resumed
            ValidationHandler(self.val_interval, validator, exec_at_start=at_start).attach(self.trainer)
            TensorBoardStatsHandler(self.tensorboard, iteration_log=False).attach(validator)
        history.attach(self.trainer)
        EarlyStop(history, self.early_stop_patience).attach(self.trainer)
        checkpoint.attach(self.trainer)
        Progress(history).attach(self.trainer)
        if self.converged_below is not None:
            ConvergenceReport(history, self.folder.folder, self.converged_below).attach(self.trainer)
        TensorBoardStatsHandler(self.tensorboard, output_transform=self._terms_of).attach(self.trainer)

    def _terms_of(self, output: dict[str, Any]) -> dict[str, float]:
        return {term: float(output[term]) for term in self.trainer.terms if term in output}
