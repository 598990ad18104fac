# SPDX-License-Identifier: Apache-2.0
"""The consistency of feature maps: equation (3) of few-shot DAG (arXiv 2104.14629)."""

from __future__ import annotations

import math

import torch
from torch import nn

from bundle.errors import ConfigurationError

REDUCTIONS = ("channel_mean", "channel_sum")


class JensenShannonLoss(nn.Module):
    """Equation (3): Jensen-Shannon divergence of the channel softmaxes of two feature maps, at every place.

    Args:
        reduction: "channel_mean" as published: the mean over batch, space and channels, between 0 and ln 2 / D;
            "channel_sum": the divergence itself, summed over channels, mean over batch and space, between 0 and ln 2.

    Raises:
        ConfigurationError: no such reduction.
    """

    def __init__(self, reduction: str = "channel_mean") -> None:
        super().__init__()
        if reduction not in REDUCTIONS:
            raise ConfigurationError(f"js_reduction is {reduction!r}; choose one of {', '.join(REDUCTIONS)}")
        self.reduction = reduction

    def forward(self, student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
        """Return the scalar loss of two feature maps [B, D, X', Y'].

        Raises:
            ValueError: the shapes differ.
        """
        if student.shape != teacher.shape:
            raise ValueError(f"feature maps {tuple(student.shape)} and {tuple(teacher.shape)} differ in shape")
        log_p, log_q = student.log_softmax(dim=1), teacher.log_softmax(dim=1)
        log_mixture = torch.logaddexp(log_p, log_q) - math.log(2)
        terms = (log_p.exp() * (log_p - log_mixture) + log_q.exp() * (log_q - log_mixture)) / 2
        return terms.mean() if self.reduction == "channel_mean" else terms.sum(dim=1).mean()
