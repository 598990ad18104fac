# SPDX-License-Identifier: Apache-2.0
"""Mean teacher (Tarvainen and Valpola, NIPS 2017, arXiv 1703.01780): the teacher of few-shot DAG."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn

from bundle.engines.teachers.teacher import PseudoGroundTruth, Teacher
from bundle.errors import ConfigurationError
from bundle.loading.mixed_batches import TrainingBatch
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import VertexNetwork

BATCH_NORM = ("own", "ema")


class MeanTeacher(Teacher):
    """Exponential moving average (EMA) of the student's weights: equations (4) and (5) of few-shot DAG.

    After the student's step number `step`, counted from 0, teacher = alpha * teacher + (1 - alpha) * student with
    alpha = min(max(1 - 1 / (step + 1), ema_min), ema_max).

    Args:
        student: whose copy is kept.
        ema_min: alpha at the start.
        ema_max: alpha in the end.
        batch_norm: how the teacher normalises, and what its running statistics are, with which it is validated and
            leaves the run:
            "own": by the statistics of its clean batch, whose running mean it keeps;
            "ema": by running statistics that are an EMA of the student's, who sees noisy images.

    Raises:
        ConfigurationError: ema_min and ema_max are no range within [0, 1], or there is no such batch_norm.
    """

    figures = ("alpha",)
    network: VertexNetwork

    def __init__(
        self, student: VertexNetwork, ema_min: float = 0.99, ema_max: float = 0.999, batch_norm: str = "own"
    ) -> None:
        if not 0 <= ema_min <= ema_max <= 1:
            raise ConfigurationError(f"ema_min {ema_min} and ema_max {ema_max}: choose 0 <= ema_min <= ema_max <= 1")
        if batch_norm not in BATCH_NORM:
            raise ConfigurationError(f"batch_norm is {batch_norm!r}; choose one of {', '.join(BATCH_NORM)}")
        self.network = deepcopy(student).requires_grad_(False)
        self.ema_min = ema_min
        self.ema_max = ema_max
        self.batch_norm = batch_norm
        self.step = 0

    @property
    def alpha(self) -> float:
        """Weight of the teacher in its next step."""
        return min(max(1 - 1 / (self.step + 1), self.ema_min), self.ema_max)

    def start(self, student: VertexNetwork) -> None:
        """Begin as the student's equal."""
        self.network.load_state_dict(student.state_dict())

    def pseudo_ground_truth(self, student: VertexNetwork, batch: UnlabelledBatch) -> PseudoGroundTruth:
        """Answer with the prediction of the averaged network."""
        output = self.network.train(self.batch_norm == "own").forward_training(batch.view.image)
        return PseudoGroundTruth(output.vertices, output.feature_map)

    @torch.no_grad()
    def after_step(
        self, student: VertexNetwork, batch: TrainingBatch, prediction: torch.Tensor | None
    ) -> dict[str, float]:
        """Move towards the student and return `alpha`."""
        alpha = self.alpha
        averages: list[torch.Tensor] = list(self.network.parameters())
        values: list[torch.Tensor] = list(student.parameters())
        if self.batch_norm == "ema":
            averages += [buffer for buffer in self.network.buffers() if buffer.is_floating_point()]
            values += [buffer for buffer in student.buffers() if buffer.is_floating_point()]
        get_ema_multi_avg_fn(alpha)(averages, values, self.step)
        self.step += 1
        return {"alpha": alpha}

    def state_dict(self) -> dict[str, Any]:
        """The averaged weights, the running statistics and the step."""
        return {"network": self.network.state_dict(), "step": self.step}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back weights, statistics and step."""
        self.network.load_state_dict(state["network"])
        self.step = state["step"]
