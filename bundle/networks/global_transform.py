# SPDX-License-Identifier: Apache-2.0
"""The transform by which the global GCN places the mean shape."""

from __future__ import annotations

import torch

TRANSFORM_PARAMETERS = {"affine": 6, "perspective": 9}


def transform_shape(shape: torch.Tensor, parameters: torch.Tensor, transform: str) -> torch.Tensor:
    """Move a shape by an affine or perspective transform about its centroid; zero parameters are the identity.

    Args:
        shape: [B, K, 2].
        parameters: [B, 6] or [B, 9], the difference of the (homogeneous) matrix, row by row, from the identity.
        transform: "affine" or "perspective".

    Returns:
        [B, K, 2].
    """
    centre = shape.mean(dim=1, keepdim=True)
    rows = TRANSFORM_PARAMETERS[transform] // 3
    matrix = torch.eye(3, dtype=shape.dtype, device=shape.device)[:rows] + parameters.reshape(-1, rows, 3)
    homogeneous = torch.cat([shape - centre, torch.ones_like(shape[..., :1])], dim=-1)
    moved = homogeneous @ matrix.transpose(1, 2)
    if transform == "perspective":
        moved = moved[..., :2] / moved[..., 2:].clamp(min=0.1)  # a vertex never passes behind the projection centre
    return moved + centre
