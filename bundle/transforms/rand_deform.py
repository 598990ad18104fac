# SPDX-License-Identifier: Apache-2.0
"""Random affine and elastic deformation of an image and its landmarks together."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import torch
from monai.transforms import MapTransform, RandomizableTransform
from torch.nn import functional

from bundle.coordinates import indices_to_grid, to_normalized
from bundle.move_points import b_spline_weights, move_points


class RandDeformd(RandomizableTransform, MapTransform):
    """One resampling that rotates, scales, translates and, beyond the paper, stretches and bends.

    MONAI's elastic transforms do not move points; here the landmark's new place is the exact preimage of the
    displacement field (fixed-point iteration), so image and landmarks cannot drift apart. Rotation and scale act about
    the centre of the landmarks' bounding box, or of the image where there is no landmark. There is no flip: left and
    right are different landmarks.

    Args:
        keys: key of the image [C, X, Y].
        label_key: key of the landmarks [K, 2] in index coordinates, NaN where missing.
        rotate: largest rotation in degrees, drawn from +-rotate (paper: 30).
        scale: smallest and largest scale (paper: 0.8 to 1.25), drawn log-uniformly.
        translate: largest translation as a fraction of half the landmarks' bounding box (paper: 1, within the box).
        anisotropy: largest ratio of the scales of two perpendicular axes of random direction, 1 for none.
        elastic: largest displacement of a control point as a fraction of the image's longer side, 0 for none.
        control_points: control points of the elastic deformation along the longer side.
    """

    def __init__(
        self,
        keys: str,
        label_key: str = "label",
        rotate: float = 30.0,
        scale: tuple[float, float] = (0.8, 1.25),
        translate: float = 1.0,
        anisotropy: float = 1.0,
        elastic: float = 0.0,
        control_points: int = 7,
    ) -> None:
        MapTransform.__init__(self, keys)
        RandomizableTransform.__init__(self)
        self.label_key = label_key
        self.rotate = rotate
        self.scale = scale
        self.translate = translate
        self.anisotropy = anisotropy
        self.elastic = elastic
        self.control_points = control_points

    def randomize(self, data: tuple[torch.Tensor, Sequence[int]]) -> None:
        """Draw the deformation of landmarks [K, 2] in an image of X x Y pixels (`data`)."""
        super().randomize(None)  # draws whether to deform, always yes: what a seed gives stays the same
        landmarks, size = data
        centre, half_box = _bounding_box(landmarks, size)
        angle = math.radians(self.R.uniform(-self.rotate, self.rotate))
        zoom = math.exp(self.R.uniform(math.log(self.scale[0]), math.log(self.scale[1])))
        stretch = math.exp(self.R.uniform(-0.5, 0.5) * math.log(self.anisotropy))
        axis = _rotation(self.R.uniform(0, math.pi))
        self.matrix = zoom * _rotation(angle) @ axis.T @ torch.diag(torch.tensor([stretch, 1 / stretch])) @ axis
        shift = half_box * torch.tensor(self.R.uniform(-self.translate, self.translate, 2), dtype=torch.float32)
        self.centre, self.shift = centre, shift
        draws = self.R.uniform(-1, 1, (2, self.control_points, self.control_points))
        self.control = torch.tensor(draws, dtype=torch.float32) * self.elastic * max(size)

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return a copy of `data` with the image and its landmarks deformed; out-of-image pixels become 0."""
        output = dict(data)
        (key,) = self.keys
        image, landmarks = output[key], output[self.label_key]
        size = image.shape[-2:]
        self.randomize((landmarks, size))
        output[key] = self._resample(image)
        output[self.label_key] = move_points(landmarks, self.matrix, self.centre, self.shift, self.control, max(size))
        return output

    def _resample(self, image: torch.Tensor) -> torch.Tensor:
        size = image.shape[-2:]
        x, y = (torch.arange(side, dtype=torch.float32) for side in size)
        inverse = torch.linalg.inv(self.matrix)
        origin = self.centre - inverse @ (self.centre + self.shift)
        # source = inverse @ (p - centre - shift) + centre + elastic(p), as outer sums over the axes of p
        source = inverse[:, 0, None, None] * x[:, None] + inverse[:, 1, None, None] * y + origin[:, None, None]
        if self.elastic:
            along_x, along_y = (b_spline_weights(to_normalized(axis, size), self.control_points) for axis in (x, y))
            source = source + along_x @ self.control @ along_y.T
        grid = indices_to_grid(source.movedim(0, -1), size)
        return functional.grid_sample(image[None], grid[None], padding_mode="zeros", align_corners=True)[0]


def _rotation(angle: float) -> torch.Tensor:
    return torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def _bounding_box(landmarks: torch.Tensor, size: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Centre and half the extent [2] of the present landmarks; of the whole image where there is none."""
    present = landmarks[torch.isfinite(landmarks).all(dim=-1)]
    if len(present) == 0:
        present = torch.tensor([[0.0, 0.0], [side - 1.0 for side in size]])
    low, high = present.amin(dim=0), present.amax(dim=0)
    return (low + high) / 2, (high - low) / 2
