# SPDX-License-Identifier: Apache-2.0
"""The self-supervised loss of the warm-up: a point of a film is to be found again in another view of it."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from bundle.coordinates import from_normalized, last_pixel
from bundle.networks.bilinear_sample import bilinear_sample
from bundle.networks.hrnet import STRIDE

FAR = -1e4  # a logit that counts for nothing


class PointContrastLoss(nn.Module):
    """InfoNCE (van den Oord et al., arXiv 1807.03748) of points in two views of a film, as in CC2D (arXiv 2103.04527).

    The feature at a point in the first view has to be more like the feature at that point in the second than like the
    features at all other places of the second. Other films are no negatives: the same anatomy should look alike there.

    Args:
        temperature: of the softmax over cosine similarities.
        radius: places nearer than this to the point, in cells of the feature map, are no negatives.
        stride: pixels of a view from one cell of its feature map to the next.
    """

    terms = ("loss", "found")

    def __init__(self, temperature: float = 0.1, radius: float = 1.5, stride: int = STRIDE) -> None:
        super().__init__()
        self.temperature = temperature
        self.radius = radius
        self.stride = stride

    def forward(
        self, first: torch.Tensor, second: torch.Tensor, points_first: torch.Tensor, points_second: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Compute the loss.

        Args:
            first: feature map [B, D, X', Y'] of the first view.
            second: that of the second view.
            points_first: [B, N, 2] in [0, 1] of the first view; a point outside of either view counts for nothing.
            points_second: the same points in the second view.

        Returns:
            Scalars `loss` (to minimise) and `found`, the share of points whose own place is the most similar one.
        """
        first, second = functional.normalize(first, dim=1), functional.normalize(second, dim=1)
        size = tuple(self.stride * cells for cells in second.shape[-2:])  # of the views
        queries = functional.normalize(bilinear_sample(first, points_first, size, self.stride), dim=-1)
        keys = functional.normalize(bilinear_sample(second, points_second, size, self.stride), dim=-1)
        own = (queries * keys).sum(dim=-1, keepdim=True)
        others = torch.einsum("bnd,bdxy->bnxy", queries, second).flatten(2)
        places = from_normalized(points_second, size) / self.stride
        near = torch.cdist(places, _grid(second).expand(len(second), -1, -1)) < self.radius
        logits = torch.cat([own / self.temperature, (others / self.temperature).masked_fill(near, FAR)], dim=-1)
        seen_at = torch.stack([points_first, points_second])
        inside = (seen_at >= 0) & (seen_at <= seen_at.new_tensor(last_pixel(size)))
        logits = logits[inside.all(dim=-1).all(dim=0)]
        target = torch.zeros(len(logits), dtype=torch.long, device=logits.device)
        loss = functional.cross_entropy(logits, target, reduction="sum") / max(len(logits), 1)
        return {"loss": loss, "found": (logits.argmax(dim=-1) == 0).float().sum() / max(len(logits), 1)}


def _grid(feature_map: torch.Tensor) -> torch.Tensor:
    """Indices [X' Y', 2] of the places of a feature map, in the order of `flatten`."""
    axes = [torch.arange(size, device=feature_map.device, dtype=torch.float32) for size in feature_map.shape[-2:]]
    return torch.cartesian_prod(*axes)
