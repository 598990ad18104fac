# SPDX-License-Identifier: Apache-2.0
"""Random flip from left to right of an image whose landmarks have a left and a right."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import torch
from monai.transforms import MapTransform, RandomizableTransform


class RandFlipPairsd(RandomizableTransform, MapTransform):
    """Flips an image and its landmarks; what was a left landmark becomes the right one of its pair.

    An image without landmarks stays as it is: the pseudo ground truth that it gets would not know of the flip.

    Args:
        keys: key of the image [C, X, Y].
        order: [K], which landmark stands for each one after a flip, see `bundle.dataset.parts.flipped_order`; None
            where no pairs are known, and nothing is flipped.
        label_key: key of the landmarks [K, 2] in index coordinates, NaN where missing.
        prob: probability of a flip.
    """

    def __init__(self, keys: str, order: Sequence[int] | None, label_key: str = "label", prob: float = 0.5) -> None:
        MapTransform.__init__(self, keys)
        RandomizableTransform.__init__(self, prob if order is not None else 0.0)
        self.order = None if order is None else torch.tensor(order)
        self.label_key = label_key

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return a copy of `data`, its image and landmarks flipped or not."""
        output = dict(data)
        self.randomize(None)
        if self.order is None or self.label_key not in data or not self._do_transform:
            return output
        (key,) = self.keys
        image, points = output[key], output[self.label_key][self.order]
        output[key] = image.flip(-2)
        output[self.label_key] = torch.stack([image.shape[-2] - 1 - points[:, 0], points[:, 1]], dim=-1)
        return output
