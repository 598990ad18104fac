# SPDX-License-Identifier: Apache-2.0
"""The loss of heatmap regression with learned peak widths (Payer et al., Medical Image Analysis 2019)."""

from __future__ import annotations

import math

import torch
from torch import nn

from bundle.coordinates import from_normalized
from bundle.networks import HeatmapOutput

MIN_SIGMA = 0.5  # a narrower Gaussian falls between the pixels


class HeatmapLoss(nn.Module):
    """Squared difference of heatmaps and Gaussians of learned widths: sum |h - g|^2 + alpha sum sigma^2.

    g_k(x) = gamma / (2 pi sigma_k^2) exp(-|x - x_k|^2 / (2 sigma_k^2)), in pixels of the heatmap. The sums run over the
    pixels and the landmarks of a film that are present; the mean is taken over the films of the batch. The widths are a
    parameter of this module: the optimizer has to be given it, and a checkpoint has to keep it.

    Args:
        num_landmarks: number K of landmarks.
        gamma: weight of a Gaussian, the sum of its pixels.
        alpha: weight of the squared widths, which keeps them from growing.
        sigma: width at the start, in pixels of the heatmap; no width becomes less than 0.5.
    """

    terms = ("loss", "heatmap_loss", "sigma_loss", "mean_sigma")

    def __init__(self, num_landmarks: int, gamma: float = 100.0, alpha: float = 20.0, sigma: float = 2.5) -> None:
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha
        self.sigma = nn.Parameter(torch.full((num_landmarks,), sigma))

    def forward(self, output: HeatmapOutput, target: torch.Tensor) -> dict[str, torch.Tensor]:
        """Compute the loss and its terms.

        Args:
            output: of `SpatialConfigurationNet.forward_training`.
            target: [B, K, 2] in [0, 1], NaN where a landmark is missing; a place outside the image leaves the flank of
                its Gaussian.

        Returns:
            Scalars `loss` (to minimise), `heatmap_loss`, `sigma_loss` (unweighted) and `mean_sigma` in pixels of the
            heatmap.
        """
        with torch.no_grad():
            self.sigma.clamp_(min=MIN_SIGMA)
        present = torch.isfinite(target).all(dim=-1)
        gaussians = self._gaussians(target.masked_fill(~present[..., None], 0.0), output.heatmaps.shape[-2:])
        differences = (output.heatmaps - gaussians).square().sum(dim=(2, 3))
        heatmap_loss = (differences * present).sum(dim=1).mean()
        sigma_loss = (self.sigma.square() * present).sum(dim=1).mean()
        return {
            "loss": heatmap_loss + self.alpha * sigma_loss,
            "heatmap_loss": heatmap_loss,
            "sigma_loss": sigma_loss,
            "mean_sigma": self.sigma.mean(),
        }

    def _gaussians(self, target: torch.Tensor, size: torch.Size) -> torch.Tensor:
        """[B, K, X, Y], the product of a Gaussian along x and one along y."""
        along, places = [], from_normalized(target, size)
        for axis, pixels in enumerate(size):
            distance = torch.arange(pixels, device=target.device) - places[..., axis, None]
            along.append(torch.exp(-distance.square() / (2 * self.sigma.square()[:, None])))
        height = self.gamma / (2 * math.pi * self.sigma.square())
        return (height[:, None] * along[0])[..., :, None] * along[1][..., None, :]
