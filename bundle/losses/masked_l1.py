# SPDX-License-Identifier: Apache-2.0
"""Mean absolute difference over the landmarks that are present."""

from __future__ import annotations

import torch


def masked_l1(vertices: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
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
