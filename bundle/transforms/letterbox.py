# SPDX-License-Identifier: Apache-2.0
"""Resize a film into a square or rectangle without changing its aspect ratio, and remember the way back."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import torch
from monai.data import MetaTensor
from monai.data.utils import to_affine_nd
from monai.transforms import MapTransform, SpatialPad, Transform
from monai.transforms.utils import scale_affine
from torch.nn import functional

from bundle.input_size import InputSize, sides


class Letterboxd(MapTransform):
    """Scale the film until it just fits, pad what is left with zeros on both sides, and move the landmarks along.

    Padding, not stretching: bones keep their proportions, so rotations stay rotations. Plain tensors come out, ready
    for a disk cache, together with what undoes the transform exactly:

    - `to_original` [3, 3] float64: homogeneous matrix from index coordinates of the result to pixels of the stored
      image, which was turned where it is not upright;
    - `upright` [3, 3] float64: homogeneous matrix from pixels of the stored image to the film as a person looks at it;
    - `size` [2]: width and height of the stored image in pixels;
    - `spacing_provenance`: where its spacing comes from, as the reader says;
    - `warnings`: the reader's warnings, one a line.

    Args:
        keys: key of the film, a `MetaTensor` [1, X, Y] whose affine leads to pixels of the stored image.
        size: side of the square in pixels, or width and height of the rectangle.
        label_key: key of the landmarks [K, 2] in pixels of the stored image, NaN where missing; may be absent.
    """

    def __init__(self, keys: str, size: InputSize, label_key: str = "label") -> None:
        super().__init__(keys)
        self.sides = sides(size)
        self.label_key = label_key
        self.pad: Transform = SpatialPad(self.sides)

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return a copy of `data` with the image [1, X, Y], its landmarks and the way back."""
        output = dict(data)
        (key,) = self.keys
        film = output[key]
        provenance, warnings = film.meta.get("spacing_provenance", "unknown"), film.meta.get("warnings", "")
        letterboxed = self.pad(self._fitted(film))
        to_original = affine_2d(letterboxed)
        output[key] = letterboxed.as_tensor().contiguous()
        output["to_original"] = to_original
        output["upright"] = torch.linalg.inv(affine_2d(film))
        output["size"] = _stored_size(film)
        output["spacing_provenance"], output["warnings"] = provenance, warnings
        if "spacing" in output:
            output["spacing"] = torch.as_tensor(output["spacing"])
        if self.label_key in output:
            output[self.label_key] = transform_points(torch.linalg.inv(to_original), output[self.label_key])
        return output

    def _fitted(self, film: MetaTensor) -> MetaTensor:
        """Averaged down with a triangle as wide as it takes; MONAI's `Resize` smooths the whole film for that."""
        scale = min(most / side for most, side in zip(self.sides, film.shape[1:], strict=True))
        size = [round(side * scale) for side in film.shape[1:]]
        small = functional.interpolate(film.as_tensor()[None], size, mode="bilinear", antialias=True)[0]
        scaled = torch.as_tensor(scale_affine(film.shape[1:], size))
        affine = film.affine @ to_affine_nd(len(film.affine) - 1, scaled).to(film.affine)
        return MetaTensor(small, meta={**film.meta, "affine": affine})


def _stored_size(film: MetaTensor) -> torch.Tensor:
    """Width and height [2] of the stored image: sides change places where the film was turned by a quarter."""
    turn = affine_2d(film)[:2, :2].abs().round().long()
    return turn @ torch.tensor(film.shape[1:])


def affine_2d(image: MetaTensor) -> torch.Tensor:
    """The [3, 3] part of a MetaTensor's affine that concerns x and y."""
    affine = image.affine.double()
    last = affine.shape[0] - 1
    axes = [0, 1, last]
    return affine[axes][:, axes].contiguous()


def transform_points(matrix: torch.Tensor, points: Any) -> torch.Tensor:
    """Apply a homogeneous [3, 3] matrix to points [K, 2]; NaN stays NaN; float32 comes out."""
    points = torch.as_tensor(points).double()
    return (points @ matrix[:2, :2].T + matrix[:2, 2]).float()
