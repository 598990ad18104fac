# SPDX-License-Identifier: Apache-2.0
"""The supervised loss of DAG: equations (1) and (2) of few-shot DAG (arXiv 2104.14629)."""

from __future__ import annotations

import torch
from torch import nn

from bundle.networks import LandmarkOutput


class GlobalLoss(nn.Module):
    """Equation (1): [mean |v_global - v_gt| - m]_+, the global GCN need not be closer than the margin.

    Args:
        margin: m, in normalised image coordinates (0.01 is 1 % of the image's side); the paper does not give it.
    """

    def __init__(self, margin: float = 0.0) -> None:
        super().__init__()
        self.margin = margin

    def forward(self, vertices: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return the scalar loss of vertices [B, K, 2] against a target [B, K, 2] (NaN: missing landmark)."""
        return (_masked_l1(vertices, target) - self.margin).clamp(min=0).mean()


class LocalLoss(nn.Module):
    """Equation (2): mean |v_local - v_gt|."""

    def forward(self, vertices: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return the scalar loss of vertices [B, K, 2] against a target [B, K, 2] (NaN: missing landmark)."""
        return _masked_l1(vertices, target).mean()


class DeepAdaptiveGraphLoss(nn.Module):
    """Equation (1) + w1 * equation (2), each term under its own name.

    Args:
        margin: m of equation (1).
        w1: weight of equation (2).

    Attributes:
        terms: names of what it returns, as of every loss here.
    """

    terms = ("loss", "global_loss", "local_loss")

    def __init__(self, margin: float = 0.0, w1: float = 1.0) -> None:
        super().__init__()
        self.global_loss = GlobalLoss(margin)
        self.local_loss = LocalLoss()
        self.w1 = w1

    def forward(self, output: LandmarkOutput, target: torch.Tensor) -> dict[str, torch.Tensor]:
        """Compute the loss and its terms.

        Args:
            output: of `DeepAdaptiveGraph.forward_training`.
            target: [B, K, 2] in [0, 1], NaN where a landmark is missing.

        Returns:
            Scalars `loss` (to minimise), `global_loss` and `local_loss` (unweighted).
        """
        global_loss = self.global_loss(output.global_vertices, target)
        local_loss = self.local_loss(output.local_vertices, target)
        return {"loss": global_loss + self.w1 * local_loss, "global_loss": global_loss, "local_loss": local_loss}


def _masked_l1(vertices: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean of |vertices - target| over the landmarks of each image that are not missing.

    Args:
        vertices: [B, K, 2].
        target: [B, K, 2], NaN where a landmark is missing.

    Returns:
        [B]; 0, with zero gradient, for an image without any landmark.

    Raises:
        ValueError: the shapes differ.
    """
    if vertices.shape != target.shape:
        raise ValueError(f"vertices {tuple(vertices.shape)} and target {tuple(target.shape)} differ in shape")
    present = torch.isfinite(target).all(dim=-1, keepdim=True)
    difference = torch.where(present, vertices - target, torch.zeros_like(vertices)).abs()
    count = present.sum(dim=(1, 2)).clamp(min=1) * vertices.shape[-1]
    return difference.sum(dim=(1, 2)) / count
