# SPDX-License-Identifier: Apache-2.0
"""Stage 1 and template matching as one teacher: answers whose errors are of different kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from bundle.engines.teachers.pseudo_label import PseudoLabel
from bundle.engines.teachers.teacher import PseudoGroundTruth
from bundle.errors import ConfigurationError
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import TemplateMatching, VertexNetwork


class TemplateTeacher(PseudoLabel):
    """The frozen network of stage 1, and the places near its answer that look like the labelled landmarks.

    Stage 1 answers for the film as it is, which it knows better than a deformed one, and its answer is carried to the
    view; the matches are of the view.

    CC2D labels films by matching, for a network to learn from (Yao et al., MICCAI 2021, arXiv 2103.04527). Matching
    knows no shape, so it does not repeat that of few films; but it takes left for right where they look alike, and
    stage 1 does not.

    Args:
        matchings: each with the templates of the labelled films; such as of two scales.
        student: whose copy is kept as stage 1.
        reach: distance from stage 1's answer, in sides of the image, that outweighs the greatest likeness; on an
            enlarged image it is as many pixels, so that what looks closer stays nearer.

    Raises:
        ConfigurationError: the reach is not above 0.
    """

    has_feature_map = False

    def __init__(self, matchings: Sequence[TemplateMatching], student: VertexNetwork, reach: float) -> None:
        if reach <= 0:
            raise ConfigurationError(f"reach is {reach}; choose more than 0")
        super().__init__(student)
        self.matchings = [matching.eval().requires_grad_(False) for matching in matchings]
        self.reach = reach

    def answers(self, student: VertexNetwork, batch: UnlabelledBatch) -> tuple[torch.Tensor, ...]:
        """That of stage 1, and the most similar places near it by each matching.

        Args:
            student: is not asked.
            batch: films and view.
        """
        image, deformation = batch.view
        of_film = self.stage1.forward_training(batch.film).vertices
        vertices = deformation.move(of_film.float().cpu()).to(image.device)
        return vertices, *(
            matching.match_near(image, vertices, self.reach / matching.scale) for matching in self.matchings
        )

    def pseudo_ground_truth(self, student: VertexNetwork, batch: UnlabelledBatch) -> PseudoGroundTruth:
        """Answer the mean of them."""
        return PseudoGroundTruth(torch.stack(self.answers(student, batch)).mean(dim=0), None)

    def state_dict(self) -> dict[str, Any]:
        """Frozen weights and templates, so that a resumed run has the same even where the warm-up was run anew."""
        return {**super().state_dict(), "matchings": [matching.state_dict() for matching in self.matchings]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back weights and templates."""
        super().load_state_dict(state)
        for matching, saved in zip(self.matchings, state["matchings"], strict=True):
            matching.load_state_dict(saved)
