# SPDX-License-Identifier: Apache-2.0
"""What one or more teachers say of a film, brought together over its views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from bundle.engines.teachers.film_rows import FilmRows
from bundle.engines.teachers.teacher import PseudoGroundTruth, Teacher
from bundle.errors import ConfigurationError
from bundle.networks import DeepAdaptiveGraph


class MultiView(Teacher):
    """Answers with the mean or median of what other teachers say of a film in all the augmented views it was shown.

    Errors that differ from view to view and from teacher to teacher cancel out, as in data distillation (Radosavovic
    et al., CVPR 2018, arXiv 1712.04440), but without passes of their own over the films: each step adds the view that
    it trains on.

    Args:
        teachers: that answer for a view, each with a name, under which its state is kept.
        memory: of the unlabelled films, a `FilmMemory` for the mean over time or a `MedianMemory`.

    Raises:
        ConfigurationError: there is no teacher, or more than one has a network that learns.
    """

    has_feature_map = False

    def __init__(self, teachers: Mapping[str, Teacher], memory: FilmRows) -> None:
        networks = [teacher.network for teacher in teachers.values() if teacher.network is not None]
        if not teachers or len(networks) > 1:
            raise ConfigurationError(
                f"MultiView has {len(teachers)} teachers, {len(networks)} of them with a network that learns; "
                "give at least one teacher, and at most one that learns"
            )
        self.teachers = dict(teachers)
        self.memory = memory
        self.network = networks[0] if networks else None
        self.figures = tuple(name for teacher in self.teachers.values() for name in teacher.figures)

    def start(self, student: DeepAdaptiveGraph) -> None:
        """Begin without any answer."""
        for teacher in self.teachers.values():
            teacher.start(student)
        self.memory.start()

    def pseudo_ground_truth(
        self, student: DeepAdaptiveGraph, image: torch.Tensor, batch: Mapping[str, Any]
    ) -> PseudoGroundTruth:
        """Answer with what the memory makes of this view of the films and all before it."""
        deformation, films = batch["deformation"], batch["film_index"]
        for teacher in self.teachers.values():
            vertices = teacher.pseudo_ground_truth(student, image, batch).vertices
            self.memory.remember(films, deformation.restore(vertices.float().cpu()))
        return PseudoGroundTruth(deformation.move(self.memory.recall(films)).to(image.device), None)

    def after_step(
        self, student: DeepAdaptiveGraph, batch: Mapping[str, Any], prediction: torch.Tensor
    ) -> dict[str, float]:
        """Let each teacher follow the student."""
        figures: dict[str, float] = {}
        for teacher in self.teachers.values():
            figures |= teacher.after_step(student, batch, prediction)
        return figures

    def state_dict(self) -> dict[str, Any]:
        """Those of the teachers, by name, and of the memory."""
        teachers = {name: teacher.state_dict() for name, teacher in self.teachers.items()}
        return {"teachers": teachers, "memory": self.memory.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back the teachers and the memory."""
        for name, teacher in self.teachers.items():
            teacher.load_state_dict(state["teachers"][name])
        self.memory.load_state_dict(state["memory"])
