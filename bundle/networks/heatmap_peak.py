# SPDX-License-Identifier: Apache-2.0
"""From heatmaps to landmarks: the place of the maximum, refined below a pixel."""

from __future__ import annotations

import torch

from bundle.coordinates import to_normalized

RADIUS = 3  # of the window of the refinement, in pixels


def heatmap_peaks(heatmaps: torch.Tensor) -> torch.Tensor:
    """Place of each heatmap's maximum, refined to the centre of mass around it; not differentiable.

    The centre of mass is that of the positive values in a window of 7 x 7 pixels about the maximum, cut off at the
    border. Where no value is positive, it is the pixel of the maximum.

    Args:
        heatmaps: [B, K, X, Y].

    Returns:
        [B, K, 2], (x, y) in [0, 1] of the heatmap; NaN for a heatmap that holds one.
    """
    width, height = heatmaps.shape[-2:]
    values = heatmaps.detach().flatten(2)
    peak = values.argmax(dim=-1, keepdim=True)
    window = torch.arange(-RADIUS, RADIUS + 1, device=heatmaps.device)
    x, y = peak // height + window, peak % height + window  # each [B, K, 7]
    inside = ((x >= 0) & (x < width))[..., :, None] & ((y >= 0) & (y < height))[..., None, :]
    index = x.clamp(0, width - 1)[..., :, None] * height + y.clamp(0, height - 1)[..., None, :]
    mass = values.gather(2, index.flatten(2)).reshape(index.shape).clamp(min=0) * inside
    total = mass.sum(dim=(2, 3)).clamp(min=torch.finfo(mass.dtype).tiny)
    offsets = [(mass.sum(dim=axis) * window).sum(dim=-1) / total for axis in (3, 2)]
    places = torch.stack([x[..., RADIUS] + offsets[0], y[..., RADIUS] + offsets[1]], dim=-1)
    return to_normalized(places, heatmaps.shape[-2:])
