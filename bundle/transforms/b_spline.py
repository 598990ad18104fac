# SPDX-License-Identifier: Apache-2.0
"""A smooth displacement field, known exactly at every point: uniform cubic B-spline over a coarse control grid."""

from __future__ import annotations

import torch

# Rows: coefficients of 1, t, t^2, t^3 of the four basis functions of the uniform cubic B-spline.
CUBIC = torch.tensor([[1.0, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]) / 6


def b_spline_weights(positions: torch.Tensor, control_points: int) -> torch.Tensor:
    """Weights of the control points at positions along one axis.

    Args:
        positions: [N] in [0, 1]; positions outside are clamped.
        control_points: number G >= 4 of uniform control points.

    Returns:
        [N, G]; every row sums to 1.
    """
    spans = control_points - 3
    scaled = positions.clamp(0, 1) * spans
    first = scaled.floor().clamp(max=spans - 1)
    t = scaled - first
    square = t * t
    basis = torch.stack([torch.ones_like(t), t, square, square * t], dim=-1) @ CUBIC
    weights = torch.zeros(len(positions), control_points)
    return weights.scatter_(1, first.long()[:, None] + torch.arange(4), basis)
