# SPDX-License-Identifier: Apache-2.0
"""Landmarks back on the film: the inverse of `NormaliseLandmarksd` and `Letterboxd`."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from monai.config import KeysCollection
from monai.transforms import MapTransform

from bundle.transforms.letterbox import transform_points


class RestoreLandmarksd(MapTransform):
    """Normalised landmarks [K, 2] of the square to pixels of the stored image; reads `to_original` of the item.

    Args:
        keys: keys of landmarks.
        size: side of the square in pixels.
    """

    def __init__(self, keys: KeysCollection, size: int) -> None:
        super().__init__(keys)
        self.size = size

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return a copy of `data` with landmarks in pixels of the stored image."""
        output = dict(data)
        for key in self.key_iterator(output):
            output[key] = transform_points(output["to_original"].cpu(), output[key].cpu().double() * (self.size - 1))
        return output
