# SPDX-License-Identifier: Apache-2.0
"""How far landmarks lie from where the mean shape would have them."""

from __future__ import annotations

import torch


def shape_distance(vertices: torch.Tensor, mean_shape: torch.Tensor) -> torch.Tensor:
    """Distance of each landmark from its place in the mean shape, turned, scaled and moved onto the landmarks.

    The similarity transform is that of least squares (Procrustes analysis).

    Args:
        vertices: [B, K, 2].
        mean_shape: [K, 2] in the same unit.

    Returns:
        [B, K], in that unit.
    """
    centred = vertices - vertices.mean(dim=1, keepdim=True)
    shape = mean_shape - mean_shape.mean(dim=0)
    # in the plane a similarity is a complex number
    points, model = (torch.view_as_complex(positions.contiguous()) for positions in (centred, shape))
    factor = (points * model.conj()).sum(dim=1, keepdim=True) / model.abs().square().sum().clamp(min=1e-12)
    return (points - factor * model).abs()
