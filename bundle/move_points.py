# SPDX-License-Identifier: Apache-2.0
"""Where points of a film lie after an affine and elastic deformation.

The elastic part is smooth and known exactly at every point: a uniform cubic B-spline over a coarse control grid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import torch

from bundle.coordinates import to_normalized

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

FIXED_POINT_STEPS = 6  # the field is smooth: each step shrinks the error at least fourfold up to 5 % displacement

# Rows: coefficients of 1, t, t^2, t^3 of the four basis functions of the uniform cubic B-spline.
CUBIC = torch.tensor([[1.0, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]) / 6


def in_float32(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compute coordinates in float32 where a training computes in bfloat16, which knows 512 pixels to two of them."""
    for device in ("cpu", "cuda"):
        function = torch.autocast(device, enabled=False)(function)
    return function


@in_float32
def move_points(
    points: torch.Tensor,
    matrix: torch.Tensor,
    centre: torch.Tensor,
    shift: torch.Tensor,
    control: torch.Tensor,
    side: torch.Tensor | float,
) -> torch.Tensor:
    """Take points of films to where they are in the deformed images: the preimages of the displacement field.

    Args:
        points: [..., K, 2] in index coordinates; NaN stays NaN.
        matrix: [..., 2, 2] about the centre.
        centre: [..., 2] in index coordinates.
        shift: [..., 2] in index coordinates.
        control: [..., 2, G, G], displacements of the control points in index coordinates; they span the square of the
            longer side, of which a rectangle is the corner (0, 0).
        side: [...], longer side of each image in pixels.
    """
    target = (points - centre.unsqueeze(-2)) @ matrix.mT + centre.unsqueeze(-2) + shift.unsqueeze(-2)
    if not control.any():
        return target
    moved = target
    for _ in range(FIXED_POINT_STEPS):
        moved = target - displacement(moved, control, side) @ matrix.mT
    return moved


@in_float32
def undo_affine(points: torch.Tensor, matrix: torch.Tensor, centre: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
    """Take points of deformed images back through the affine part; the arguments are those of `move_points`."""
    moved_centre = (centre + shift).unsqueeze(-2)
    return (points - moved_centre) @ torch.linalg.inv(matrix).mT + centre.unsqueeze(-2)


@in_float32
def displacement(points: torch.Tensor, control: torch.Tensor, side: torch.Tensor | float) -> torch.Tensor:
    """The elastic part [..., K, 2] at points of the deformed images; the arguments are those of `move_points`."""
    count = control.shape[-1]
    x, y = to_normalized(torch.nan_to_num(points), torch.as_tensor(side)[..., None, None]).unbind(-1)
    along_x, along_y = (b_spline_weights(axis.flatten(), count).unflatten(0, axis.shape) for axis in (x, y))
    return ((along_x.unsqueeze(-3) @ control) * along_y.unsqueeze(-3)).sum(dim=-1).mT


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
    basis = torch.stack([torch.ones_like(t), t, square, square * t], dim=-1) @ CUBIC.to(t.device)
    weights = basis.new_zeros(len(positions), control_points)
    return weights.scatter_(1, first.long()[:, None] + torch.arange(4, device=t.device), basis)
