# SPDX-License-Identifier: Apache-2.0
"""Template matching in windows of the film: where it finds the landmarks near what stage 1 says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bundle.engines.teachers.pseudo_label import PseudoLabel
from bundle.engines.teachers.teacher import PseudoGroundTruth
from bundle.errors import ConfigurationError
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import VertexNetwork, WindowMatching


class WindowTeacher(PseudoLabel):
    """The places near the answer of the frozen stage 1 that look like the labelled landmarks, as sharp as the film is.

    Stage 1 answers for the film as it is, and its answer is carried to the view; the matches are of the view. See
    `TemplateTeacher` for the same on the thumbnail.

    Args:
        matching: with the templates of the labelled films.
        student: whose copy is kept as stage 1.
        reach: distance from stage 1's answer, in longer sides of the film, that outweighs the greatest likeness.

    Raises:
        ConfigurationError: the reach is not above 0.
    """

    has_feature_map = False

    def __init__(self, matching: WindowMatching, student: VertexNetwork, reach: float) -> None:
        if reach <= 0:
            raise ConfigurationError(f"reach is {reach}; choose more than 0")
        super().__init__(student)
        self.matching = matching.eval().requires_grad_(False)
        self.reach = reach

    def pseudo_ground_truth(self, student: VertexNetwork, batch: UnlabelledBatch) -> PseudoGroundTruth:
        """Answer with the places that are found."""
        image, deformation = batch.view
        of_film = self.stage1.forward_training(batch.film).vertices
        vertices = deformation.move(of_film.float().cpu()).to(image.device)
        return PseudoGroundTruth(self.matching.match_near(image, vertices, self.reach), None)

    def state_dict(self) -> dict[str, Any]:
        """Frozen weights and templates, so that a resumed run has the same even where the warm-up was run anew."""
        return {**super().state_dict(), "matching": self.matching.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back weights and templates."""
        super().load_state_dict(state)
        self.matching.load_state_dict(state["matching"])
