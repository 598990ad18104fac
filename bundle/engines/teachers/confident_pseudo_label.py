# SPDX-License-Identifier: Apache-2.0
"""Pseudo labels of the films alone that stage 1 is sure of, as whole films."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import torch

from bundle.engines.teachers.pseudo_label import PseudoLabel
from bundle.engines.teachers.teacher import PseudoGroundTruth
from bundle.errors import ConfigurationError
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import PartGraph, PartOutput, VertexNetwork


class ConfidentPseudoLabel(PseudoLabel):
    """The answers of a frozen graph of parts for films as they are, carried to the view; the least likely ones dropped.

    A film is looked at once. A chain that is found wrong is wrong as a whole, and teaches just that; how likely it is
    ranks films by their error. The threshold is a percentile of all films that were met so far, as in curriculum
    labeling (Cascante-Bonilla et al., AAAI 2021, arXiv 2001.06001), here of one round.

    Args:
        student: whose copy is kept as stage 1: a `PartGraph`.
        films: number of unlabelled films.
        share: of the films that teach, the most likely ones, in (0, 1].

    Raises:
        ConfigurationError: the student is no graph of parts, or the share is out of range.
    """

    has_feature_map = False

    def __init__(self, student: VertexNetwork, films: int, share: float) -> None:
        if not isinstance(student, PartGraph):
            raise ConfigurationError(
                f"confident pseudo labels are of repeated parts, and the network is a {type(student).__name__}; "
                "lay configs/parts.yaml below, or take configs/methods/pseudo_label.yaml"
            )
        if not 0 < share <= 1:
            raise ConfigurationError(f"confident_share is {share}; choose more than 0 and at most 1")
        super().__init__(student)
        self.share = share
        self.log_likelihood = torch.full((films,), torch.nan)
        self.vertices = torch.full((films, student.num_landmarks, 2), torch.nan)

    def pseudo_ground_truth(self, student: VertexNetwork, batch: UnlabelledBatch) -> PseudoGroundTruth:
        """Answer for the films that are sure enough, with NaN for the others."""
        new = self.log_likelihood[batch.index].isnan()
        if new.any():
            self._look(batch.index[new], batch.film[new.to(batch.film.device)])
        likelihood, vertices = self.log_likelihood[batch.index], self.vertices[batch.index]
        unsure = likelihood < self.log_likelihood.nanquantile(1 - self.share)
        image, deformation = batch.view
        moved = deformation.move(vertices).masked_fill(unsure[:, None, None], torch.nan)
        return PseudoGroundTruth(moved.to(image.device), None)

    def state_dict(self) -> dict[str, Any]:
        """Frozen weights, and what was said of the films that were met."""
        return {**super().state_dict(), "log_likelihood": self.log_likelihood, "vertices": self.vertices}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back weights and answers."""
        super().load_state_dict(state)
        self.log_likelihood, self.vertices = state["log_likelihood"], state["vertices"]

    def _look(self, index: torch.Tensor, film: torch.Tensor) -> None:
        output = cast(PartOutput, self.stage1.forward_training(film))
        self.log_likelihood[index] = output.log_likelihood.float().cpu()
        self.vertices[index] = output.vertices.float().cpu()
