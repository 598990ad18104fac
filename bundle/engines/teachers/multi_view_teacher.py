# SPDX-License-Identifier: Apache-2.0
"""Mean teacher that averages over the views of each film: the teacher of the `recommended` preset, beyond the paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from bundle.engines.teachers.film_memory import FilmMemory
from bundle.engines.teachers.mean_teacher import MeanTeacher
from bundle.engines.teachers.teacher import PseudoGroundTruth
from bundle.networks import DeepAdaptiveGraph


class MultiViewTeacher(MeanTeacher):
    """Predictions of the averaged network for a film, ensembled over all the augmented views it has seen of it.

    Errors that differ from view to view cancel out, as in data distillation (Radosavovic et al., CVPR 2018,
    arXiv 1712.04440), but without passes of their own over the films: each step adds the view that it trains on.

    Args:
        memory: of the unlabelled films.
        **settings: of `MeanTeacher`.
    """

    has_feature_map = False

    def __init__(self, memory: FilmMemory, **settings: Any) -> None:
        super().__init__(**settings)
        self.memory = memory

    def start(self, student: DeepAdaptiveGraph) -> None:
        """Begin as the student's equal, without any prediction."""
        super().start(student)
        self.memory.start()

    def pseudo_ground_truth(
        self, student: DeepAdaptiveGraph, image: torch.Tensor, batch: Mapping[str, Any]
    ) -> PseudoGroundTruth:
        """Answer with the average over this view of the films and all before it."""
        vertices, _ = super().pseudo_ground_truth(student, image, batch)
        deformation, films = batch["deformation"], batch["film_index"]
        self.memory.remember(films, deformation.restore(vertices.float().cpu()))
        return PseudoGroundTruth(deformation.move(self.memory.recall(films)).to(image.device), None)

    def state_dict(self) -> dict[str, Any]:
        """Those of the mean teacher and of the memory."""
        return {**super().state_dict(), "memory": self.memory.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back the averaged network and the memory."""
        super().load_state_dict(state)
        self.memory.load_state_dict(state["memory"])
