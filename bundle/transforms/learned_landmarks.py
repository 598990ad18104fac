# SPDX-License-Identifier: Apache-2.0
"""The truth that a network can be judged by."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import torch
from monai.config import KeysCollection
from monai.transforms import MapTransform


class LearnedLandmarksd(MapTransform):
    """Leave out the true places of landmarks that a network never saw: having none for them is no error of it.

    Args:
        keys: keys of landmarks [K, 2]; those left out become NaN.
        network: a `LandmarkNetwork`, asked when a film comes, after its weights were loaded.
    """

    def __init__(self, keys: KeysCollection, network: Any) -> None:
        super().__init__(keys)
        self.network = network

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return a copy of `data` with the landmarks that the network learned."""
        output = dict(data)
        learned = self.network.learned[:, None].cpu()
        for key in self.key_iterator(output):
            output[key] = torch.where(learned, torch.as_tensor(output[key]).cpu(), torch.nan)
        return output
