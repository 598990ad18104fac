# SPDX-License-Identifier: Apache-2.0
"""Bilinear interpolation of a feature map at vertices, by gathering (`grid_sample`'s backward is not deterministic)."""

from __future__ import annotations

import torch

from bundle.coordinates import from_normalized


def bilinear_sample(
    feature_map: torch.Tensor, vertices: torch.Tensor, size: tuple[int, ...], stride: int
) -> torch.Tensor:
    """Sample a feature map at vertices; differentiable in both.

    Args:
        feature_map: [B, D, X', Y'].
        vertices: [B, K, 2], (x, y) in [0, 1] of the image; positions outside of the map are clamped.
        size: X and Y of the image.
        stride: pixels of the image from one cell of the map to the next; its first cell is at the first pixel.

    Returns:
        [B, K, D].
    """
    batch, channels, width, height = feature_map.shape
    positions = from_normalized(vertices, size) / stride
    x = positions[..., 0].clamp(0, width - 1)
    y = positions[..., 1].clamp(0, height - 1)
    left = x.detach().floor().long().clamp(0, max(width - 2, 0))
    top = y.detach().floor().long().clamp(0, max(height - 2, 0))
    right, bottom = (left + 1).clamp(max=width - 1), (top + 1).clamp(max=height - 1)
    pixels = feature_map.permute(0, 2, 3, 1).reshape(batch, width * height, channels)
    sampled = pixels.new_zeros(())
    for columns, weight_x in ((left, left + 1 - x), (right, x - left)):
        for rows, weight_y in ((top, top + 1 - y), (bottom, y - top)):
            index = (columns * height + rows).unsqueeze(-1).expand(-1, -1, channels)
            sampled = sampled + pixels.gather(1, index) * (weight_x * weight_y).unsqueeze(-1)
    return sampled
