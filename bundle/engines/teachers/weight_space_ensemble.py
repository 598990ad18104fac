# SPDX-License-Identifier: Apache-2.0
"""A network between stage 1 and the student, averaged in their weights."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import torch

from bundle.engines.teachers.teacher import PseudoGroundTruth, Teacher
from bundle.errors import ConfigurationError
from bundle.networks import DeepAdaptiveGraph


class WeightSpaceEnsemble(Teacher):
    """Lets another teacher answer, and keeps as its network the weights between those of stage 1 and the student's.

    The student's errors are those of its teacher's pseudo ground truth, the errors of stage 1 are those of its few
    films; the network between the two has less of either. So does WiSE-FT (Wortsman et al., CVPR 2022, arXiv
    2109.01903) with a network before and after fine-tuning.

    Args:
        teacher: that answers.
        student: whose copies are kept.
        stage1_weight: weight of stage 1 in [0, 1]; 0 is the student.

    Raises:
        ConfigurationError: the weight is not in [0, 1].
    """

    network: DeepAdaptiveGraph

    def __init__(self, teacher: Teacher, student: DeepAdaptiveGraph, stage1_weight: float) -> None:
        if not 0 <= stage1_weight <= 1:
            raise ConfigurationError(f"stage1_weight is {stage1_weight}; choose at least 0 and at most 1")
        self.teacher = teacher
        self.stage1 = deepcopy(student).requires_grad_(False)
        self.network = deepcopy(self.stage1)
        self.stage1_weight = stage1_weight
        self.has_feature_map = teacher.has_feature_map
        self.figures = teacher.figures

    def start(self, student: DeepAdaptiveGraph) -> None:
        """Begin with both at the weights of stage 1."""
        self.teacher.start(student)
        self.stage1.load_state_dict(student.state_dict())
        self.network.load_state_dict(student.state_dict())

    def pseudo_ground_truth(
        self, student: DeepAdaptiveGraph, image: torch.Tensor, batch: Mapping[str, Any]
    ) -> PseudoGroundTruth:
        """Answer with what the teacher says."""
        return self.teacher.pseudo_ground_truth(student, image, batch)

    @torch.no_grad()
    def after_step(
        self, student: DeepAdaptiveGraph, batch: Mapping[str, Any], prediction: torch.Tensor
    ) -> dict[str, float]:
        """Let the teacher follow; take weights and running statistics between stage 1 and the student."""
        theirs, ours = self.stage1.state_dict(), self.network.state_dict()
        for name, value in student.state_dict().items():
            between = value.is_floating_point()
            ours[name].copy_(torch.lerp(value, theirs[name], self.stage1_weight) if between else value)
        return self.teacher.after_step(student, batch, prediction)

    def state_dict(self) -> dict[str, Any]:
        """That of the teacher, and both networks."""
        networks = {"stage1": self.stage1.state_dict(), "network": self.network.state_dict()}
        return {"teacher": self.teacher.state_dict(), **networks}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back the teacher and both networks."""
        self.teacher.load_state_dict(state["teacher"])
        self.stage1.load_state_dict(state["stage1"])
        self.network.load_state_dict(state["network"])
