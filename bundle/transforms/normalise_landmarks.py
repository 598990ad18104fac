# SPDX-License-Identifier: Apache-2.0
"""Landmarks in the coordinates that networks see."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from monai.config import KeysCollection
from monai.transforms import MapTransform


class NormaliseLandmarksd(MapTransform):
    """Index coordinates of a square image to [0, 1]: index / (size - 1).

    Args:
        keys: keys of landmarks [K, 2].
        size: side of the square in pixels.
    """

    def __init__(self, keys: KeysCollection, size: int) -> None:
        super().__init__(keys)
        self.size = size

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return a copy of `data` with normalised landmarks."""
        output = dict(data)
        for key in self.key_iterator(output):
            output[key] = output[key] / (self.size - 1)
        return output
