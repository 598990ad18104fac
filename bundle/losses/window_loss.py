# SPDX-License-Identifier: Apache-2.0
"""The loss of windows: their heatmaps against the place of the landmark."""

from __future__ import annotations

import torch
from torch import nn

from bundle.coordinates import from_normalized
from bundle.networks.windowed_graph import WindowedOutput, heatmap_cells


class WindowLoss(nn.Module):
    """Cross-entropy of a heatmap and a Gaussian about the landmark, and the L1 distance of its mean.

    A landmark that lies outside of its window, or is missing, counts for nothing.

    Args:
        sigma: standard deviation of the Gaussian in pixels of the window.
        w1: weight of the distance, which is the mean of both axes in pixels of the window.
    """

    terms = ("loss", "heatmap_loss", "local_loss", "inside")

    def __init__(self, sigma: float = 2.0, w1: float = 0.5) -> None:
        super().__init__()
        self.sigma = sigma
        self.w1 = w1

    def forward(self, output: WindowedOutput, target: torch.Tensor) -> dict[str, torch.Tensor]:
        """Compute the loss and its terms.

        Args:
            output: of `WindowedGraph.forward_training`.
            target: [B, K, 2] in [0, 1] of the film, NaN where a landmark is missing.

        Returns:
            Scalars `loss` (to minimise), `heatmap_loss` and `local_loss` (unweighted), and `inside`, the share of
            windows that hold their landmark.
        """
        place = output.windows.to_windows(from_normalized(target, output.size))
        inside = ((place > 0) & (place < output.windows.side - 1)).all(dim=-1)
        place = torch.where(inside[..., None], place, 0.0)
        count = inside.sum().clamp(min=1)
        heatmap_loss = (self._cross_entropy(output.heatmaps, place) * inside).sum() / count
        local_loss = ((output.places - place).abs().mean(dim=-1) * inside).sum() / count
        return {
            "loss": heatmap_loss + self.w1 * local_loss,
            "heatmap_loss": heatmap_loss,
            "local_loss": local_loss,
            "inside": inside.float().mean(),
        }

    def _cross_entropy(self, heatmaps: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
        """[B, K]; the Gaussian is the product of one along x and one along y."""
        distance = heatmap_cells(heatmaps) - place[..., None]
        along_x, along_y = (-distance.square() / (2 * self.sigma**2)).softmax(dim=-1).unbind(dim=-2)
        gaussian = along_x[..., :, None] * along_y[..., None, :]
        log_likelihood = heatmaps.flatten(2).log_softmax(dim=-1).view_as(heatmaps)
        return -(gaussian * log_likelihood).sum(dim=(-2, -1))
