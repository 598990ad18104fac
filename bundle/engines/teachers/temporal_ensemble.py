# SPDX-License-Identifier: Apache-2.0
"""Temporal ensemble (Laine and Aila, ICLR 2017, arXiv 1610.02242): past predictions of each film are its teacher."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from bundle.engines.teachers.film_memory import FilmMemory
from bundle.engines.teachers.teacher import PseudoGroundTruth, Teacher
from bundle.loading.mixed_batches import TrainingBatch
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import VertexNetwork


class TemporalEnsemble(Teacher):
    """Average over time of the student's predictions of each film, in coordinates of the film.

    Predictions are carried from the augmented image back to the film, and the pseudo ground truth from the film to the
    augmented image. A film that was not seen yet has none.

    Args:
        memory: of the unlabelled films.
    """

    has_feature_map = False
    remembers_predictions = True

    def __init__(self, memory: FilmMemory) -> None:
        self.memory = memory

    def start(self, student: VertexNetwork) -> None:
        """Begin without any prediction."""
        self.memory.start()

    def pseudo_ground_truth(self, student: VertexNetwork, batch: UnlabelledBatch) -> PseudoGroundTruth:
        """Answer with the averages of the films, moved to where augmentation put their landmarks."""
        image, deformation = batch.view
        return PseudoGroundTruth(deformation.move(self.memory.recall(batch.index)).to(image.device), None)

    def after_step(
        self, student: VertexNetwork, batch: TrainingBatch, prediction: torch.Tensor | None
    ) -> dict[str, float]:
        """Remember the predictions of an unlabelled batch."""
        if isinstance(batch, UnlabelledBatch) and prediction is not None:
            points = batch.view.deformation.restore(prediction.float().cpu())
            self.memory.remember(batch.index, points)
        return {}

    def state_dict(self) -> dict[str, Any]:
        """That of the memory."""
        return self.memory.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back the memory."""
        self.memory.load_state_dict(state)
