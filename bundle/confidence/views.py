# SPDX-License-Identifier: Apache-2.0
"""Slightly different views of a film, for what a network says of them to be compared."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn import functional

from bundle.coordinates import last_pixel, to_grid
from bundle.move_points import undo_affine


class View:
    """One view of images of one size.

    Args:
        numbers: [5], degrees of rotation and scale about the centre, shift along x and y in longer sides of the image,
            and exponent of the intensities.
        size: X and Y of the images.
    """

    def __init__(self, numbers: torch.Tensor, size: Sequence[int]) -> None:
        degrees, scale, *shift, gamma = numbers.unbind()
        angle = torch.deg2rad(degrees)
        rotation = torch.stack([torch.cos(angle), -torch.sin(angle), torch.sin(angle), torch.cos(angle)])
        self.matrix = scale * rotation.reshape(2, 2)
        self.size = size
        self.centre = numbers.new_tensor(last_pixel(size)) / 2
        self.shift = torch.stack(shift)
        self.gamma = gamma

    def show(self, image: torch.Tensor) -> torch.Tensor:
        """Return the view of images [B, C, X, Y] in [0, 1]; what comes in from outside is 0."""
        ends = zip(last_pixel(self.size), self.size, strict=True)
        axes = [torch.linspace(0, end, pixels, device=image.device) for end, pixels in ends]
        places = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)
        grid = to_grid(self.restore(places), self.size)
        shown = functional.grid_sample(image, grid.expand(len(image), -1, -1, -1), align_corners=True)
        return shown.clamp(0, 1) ** self.gamma

    def restore(self, points: torch.Tensor) -> torch.Tensor:
        """Take points [..., K, 2] in [0, 1] of the view back to the image."""
        return undo_affine(points, self.matrix, self.centre, self.shift)
