# SPDX-License-Identifier: Apache-2.0
"""The loss of repeated parts: whether each cell holds a centre, and where the landmarks lie from those that do."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from bundle.networks.part_graph import PartOutput


class PartLoss(nn.Module):
    """Focal cross-entropy of centres, and the L1 distance of landmarks seen from the cells about their centre.

    A centre is learned as a Gaussian bump; each cell weighs as its error squared (quality focal loss, Li et al.,
    NeurIPS 2020, arXiv 2006.04388), since few cells hold one. A part without any landmark in a film counts as absent, a
    missing landmark of another counts for nothing, and neither does a film that has no landmark at all, such as one
    that a teacher has nothing to say of.

    Args:
        sigma: standard deviation of the bump, in mean steps; cells within one sigma and a half tell the landmarks.
        w1: weight of the distance, which is in mean steps.
    """

    terms = ("loss", "centre_loss", "local_loss")

    def __init__(self, sigma: float = 0.25, w1: float = 4.0) -> None:
        super().__init__()
        self.sigma = sigma
        self.w1 = w1

    def forward(self, output: PartOutput, target: torch.Tensor) -> dict[str, torch.Tensor]:
        """Compute the loss and its terms.

        Args:
            output: of `PartGraph.forward_training`.
            target: [B, K, 2] in [0, 1] of the image, NaN where a landmark is missing.

        Returns:
            Scalars `loss` (to minimise), `centre_loss` and `local_loss` (unweighted), each a mean over parts.
        """
        mean = output.mean
        corners = target[:, output.parts]
        centres = (corners - mean.corners).nanmean(dim=2)
        away = (output.cells - centres[:, :, None, None]).square().sum(dim=-1).sqrt() / mean.step
        away = away.nan_to_num(torch.inf)
        nearest, part = away.min(dim=1)

        bump = (-nearest.square() / (2 * self.sigma**2)).exp()
        error = (bump - output.centres.sigmoid()).detach().square()
        cross_entropy = functional.binary_cross_entropy_with_logits(output.centres, bump, reduction="none")
        present = centres.isfinite().all(dim=-1)
        known = present.any(dim=1)[:, None, None]
        centre_loss = (error * cross_entropy * known).sum() / present.sum().clamp(min=1)

        of_cell = torch.arange(len(target), device=target.device)[:, None, None], part
        place = (corners[of_cell] - output.cells[None, :, :, None] - mean.corners[part]) / mean.step
        near = (nearest <= 1.5 * self.sigma)[..., None, None] & place.isfinite()
        told = output.corners.permute(0, 3, 4, 1, 2)
        distance = torch.where(near, told - place.nan_to_num(), 0.0).abs()
        local_loss = distance.sum() / near.sum().clamp(min=1)
        return {
            "loss": centre_loss + self.w1 * local_loss,
            "centre_loss": centre_loss,
            "local_loss": local_loss,
        }
