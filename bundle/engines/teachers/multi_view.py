# SPDX-License-Identifier: Apache-2.0
"""A teacher's answers, brought together over the views of each film."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from bundle.engines.teachers.film_rows import FilmRows
from bundle.engines.teachers.teacher import PseudoGroundTruth, Teacher
from bundle.loading.mixed_batches import TrainingBatch
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import VertexNetwork


class MultiView(Teacher):
    """Answers with the mean or median of all that another teacher says of a film in the views it was shown.

    Errors that differ from view to view cancel out, as in data distillation (Radosavovic et al., CVPR 2018,
    arXiv 1712.04440), but without passes of their own over the films: each step adds the view that it trains on, as
    long as the memory has room for it.

    Args:
        teacher: that answers for a view.
        memory: of the unlabelled films: `FilmMemory` for a mean over time, `MedianMemory` for the median.
    """

    has_feature_map = False

    def __init__(self, teacher: Teacher, memory: FilmRows) -> None:
        self.teacher = teacher
        self.memory = memory
        self.network = teacher.network
        self.figures = teacher.figures
        self.remembers_predictions = teacher.remembers_predictions

    def start(self, student: VertexNetwork) -> None:
        """Begin without any answer."""
        self.teacher.start(student)
        self.memory.start()

    def pseudo_ground_truth(self, student: VertexNetwork, batch: UnlabelledBatch) -> PseudoGroundTruth:
        """Answer with what the memory makes of this view of the films and all before it."""
        has_room = self.memory.has_room(batch.index)
        if has_room.any():
            asked = batch.select(has_room)
            for vertices in self.teacher.answers(student, asked):
                self.memory.remember(asked.index, asked.view.deformation.restore(vertices.float().cpu()))
        image, deformation = batch.view
        return PseudoGroundTruth(deformation.move(self.memory.recall(batch.index)).to(image.device), None)

    def after_step(
        self, student: VertexNetwork, batch: TrainingBatch, prediction: torch.Tensor | None
    ) -> dict[str, float]:
        """Let the teacher follow the student."""
        return self.teacher.after_step(student, batch, prediction)

    def state_dict(self) -> dict[str, Any]:
        """Those of the teacher and of the memory."""
        return {"teacher": self.teacher.state_dict(), "memory": self.memory.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back the teacher and the memory."""
        self.teacher.load_state_dict(state["teacher"])
        self.memory.load_state_dict(state["memory"])
