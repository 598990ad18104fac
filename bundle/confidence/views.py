# SPDX-License-Identifier: Apache-2.0
"""Slightly different views of a film, for what a network says of them to be compared."""

from __future__ import annotations

import torch
from torch.nn import functional

from bundle.coordinates import to_grid
from bundle.move_points import undo_affine


class View:
    """One view of square images.

    Args:
        numbers: [5], degrees of rotation and scale about the centre, shift along x and y in sides of the image, and
            exponent of the intensities.
    """

    def __init__(self, numbers: torch.Tensor) -> None:
        degrees, scale, *shift, gamma = numbers.unbind()
        angle = torch.deg2rad(degrees)
        rotation = torch.stack([torch.cos(angle), -torch.sin(angle), torch.sin(angle), torch.cos(angle)])
        self.matrix = scale * rotation.reshape(2, 2)
        self.centre = torch.full_like(self.matrix[0], 0.5)
        self.shift = torch.stack(shift)
        self.gamma = gamma

    def show(self, image: torch.Tensor) -> torch.Tensor:
        """Return the view of images [B, C, S, S] in [0, 1]; what comes in from outside is 0."""
        axis = torch.linspace(0, 1, image.shape[-1], device=image.device)
        places = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), dim=-1)
        grid = to_grid(self.restore(places))
        shown = functional.grid_sample(image, grid.expand(len(image), -1, -1, -1), align_corners=True)
        return shown.clamp(0, 1) ** self.gamma

    def restore(self, points: torch.Tensor) -> torch.Tensor:
        """Take points [..., K, 2] in [0, 1] of the view back to the image."""
        return undo_affine(points, self.matrix, self.centre, self.shift)
