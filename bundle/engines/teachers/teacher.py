# SPDX-License-Identifier: Apache-2.0
"""What a semi-supervised trainer asks of a teacher."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import nn

from bundle.loading.mixed_batches import TrainingBatch
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import VertexNetwork


class PseudoGroundTruth(NamedTuple):
    """What stands in for the truth on unlabelled films.

    Attributes:
        vertices: [B, K, 2] in [0, 1] of the view, NaN for a film without any yet.
        feature_map: [B, D, X', Y'] of the Jensen-Shannon loss; None from a teacher that keeps predictions only.
    """

    vertices: torch.Tensor
    feature_map: torch.Tensor | None


class Teacher(ABC):
    """Gives the pseudo ground truth of unlabelled films.

    Its state is what an exact resume needs; the student's own weights are not part of it.

    Attributes:
        network: the teacher's own network where it learns, which is then validated and can be the model.
        has_feature_map: whether its pseudo ground truth has one.
        remembers_predictions: whether `after_step` is given what the student predicted.
        figures: names of the numbers that `after_step` returns.
    """

    network: nn.Module | None = None
    has_feature_map = True
    remembers_predictions = False
    figures: tuple[str, ...] = ()

    def start(self, student: VertexNetwork) -> None:  # noqa: B027 - a teacher without weights has nothing to do
        """Begin with the weights of stage 1, which the student holds; not called again when a run is resumed."""

    @abstractmethod
    def pseudo_ground_truth(self, student: VertexNetwork, batch: UnlabelledBatch) -> PseudoGroundTruth:
        """Answer for a batch of unlabelled films; called without gradients.

        Args:
            student: the network in training.
            batch: the films, whose view has no noise of the student's, images on the device of the networks.
        """

    def answers(self, student: VertexNetwork, batch: UnlabelledBatch) -> tuple[torch.Tensor, ...]:
        """All that it has to say of a batch, each [B, K, 2] in [0, 1] of the view, for a teacher that weighs them.

        Arguments are those of `pseudo_ground_truth`, whose vertices are the only answer of most teachers.
        """
        return (self.pseudo_ground_truth(student, batch).vertices,)

    def after_step(
        self, student: VertexNetwork, batch: TrainingBatch, prediction: torch.Tensor | None
    ) -> dict[str, float]:
        """Follow a step of the student, labelled or not, and return the figures to log.

        Args:
            student: the network in training, after its step.
            batch: that it was trained on.
            prediction: the student's [B, K, 2] of this step, where the teacher remembers it.
        """
        return {}

    def state_dict(self) -> dict[str, Any]:
        """State of tensors and plain values for a checkpoint."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:  # noqa: B027 - as `state_dict`
        """Take back a state."""
