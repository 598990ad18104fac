# SPDX-License-Identifier: Apache-2.0
"""Pseudo label (Lee, ICML workshop 2013): the network of stage 1, frozen, is the teacher."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from bundle.engines.teachers.teacher import PseudoGroundTruth, Teacher
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import VertexNetwork


class PseudoLabel(Teacher):
    """The frozen network of stage 1, in evaluation mode.

    Args:
        student: whose copy is kept.
    """

    def __init__(self, student: VertexNetwork) -> None:
        self.stage1 = deepcopy(student).eval().requires_grad_(False)

    def start(self, student: VertexNetwork) -> None:
        """Keep the student's weights as they are now."""
        self.stage1.load_state_dict(student.state_dict())

    def pseudo_ground_truth(self, student: VertexNetwork, batch: UnlabelledBatch) -> PseudoGroundTruth:
        """Answer with the prediction of stage 1."""
        output = self.stage1.forward_training(batch.view.image)
        return PseudoGroundTruth(output.vertices, output.feature_map)

    def state_dict(self) -> dict[str, Any]:
        """The frozen weights, so that a run resumes without the folder of stage 1."""
        return {"stage1": self.stage1.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back the frozen weights."""
        self.stage1.load_state_dict(state["stage1"])
