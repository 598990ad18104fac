# SPDX-License-Identifier: Apache-2.0
"""Landmarks and lengths in the coordinates that networks see, and back on the film."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import torch
from monai.config import KeysCollection
from monai.transforms import MapTransform

from bundle.coordinates import from_normalized, to_normalized
from bundle.input_size import InputSize
from bundle.transforms.letterbox import transform_points


class NormaliseLandmarksd(MapTransform):
    """Index coordinates of an image to those that networks see, see `bundle.coordinates`.

    Args:
        keys: keys of landmarks [K, 2].
        size: of the image: side of a square in pixels, or width and height.
    """

    def __init__(self, keys: KeysCollection, size: InputSize) -> None:
        super().__init__(keys)
        self.size = size

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return a copy of `data` with normalised landmarks."""
        output = dict(data)
        for key in self.key_iterator(output):
            output[key] = to_normalized(output[key], self.size)
        return output


class RestoreLandmarksd(MapTransform):
    """Normalised landmarks [K, 2] to pixels of the stored image; reads `to_original` of the item.

    Args:
        keys: keys of landmarks.
        size: of the image: side of a square in pixels, or width and height.
    """

    def __init__(self, keys: KeysCollection, size: InputSize) -> None:
        super().__init__(keys)
        self.size = size

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return a copy of `data` with landmarks in pixels of the stored image."""
        output = dict(data)
        for key in self.key_iterator(output):
            points = from_normalized(output[key].cpu().double(), self.size)
            output[key] = transform_points(output["to_original"].cpu(), points)
        return output


class RestoreLengthsd(MapTransform):
    """Lengths in longer sides of the image to pixels of the stored image; reads `to_original` of the item.

    Args:
        keys: keys of lengths of any shape; those that an item lacks are passed over.
        size: of the image: side of a square in pixels, or width and height.
    """

    def __init__(self, keys: KeysCollection, size: InputSize) -> None:
        super().__init__(keys, allow_missing_keys=True)
        self.size = size

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return a copy of `data` with lengths in pixels of the stored image."""
        output = dict(data)
        pixels = from_normalized(output["to_original"][:2, :2].det().abs().sqrt().item(), self.size)
        for key in self.key_iterator(output):
            output[key] = torch.as_tensor(output[key]).cpu() * pixels
        return output
