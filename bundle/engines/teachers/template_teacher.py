# SPDX-License-Identifier: Apache-2.0
"""Template matching as teacher: places that look like the landmarks of the labelled films."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from bundle.engines.teachers.teacher import PseudoGroundTruth, Teacher
from bundle.networks import DeepAdaptiveGraph, TemplateMatching


class TemplateTeacher(Teacher):
    """The frozen network of the warm-up, as CC2D labels films for a network to learn from (arXiv 2103.04527).

    Its errors are of another kind than the student's: it knows no shape, so it does not repeat that of few films.

    Args:
        matching: with the templates of the labelled films.
    """

    has_feature_map = False

    def __init__(self, matching: TemplateMatching) -> None:
        self.matching = matching.eval().requires_grad_(False)

    def pseudo_ground_truth(
        self, student: DeepAdaptiveGraph, image: torch.Tensor, batch: Mapping[str, Any]
    ) -> PseudoGroundTruth:
        """Answer with the most similar places."""
        return PseudoGroundTruth(self.matching(image), None)

    def state_dict(self) -> dict[str, Any]:
        """The frozen weights and templates, so that a run resumes without the folder of the warm-up."""
        return {"matching": self.matching.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back weights and templates."""
        self.matching.load_state_dict(state["matching"])
