# SPDX-License-Identifier: Apache-2.0
"""Scale a film's grey levels between two percentiles of them to [0, 1]."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from monai.transforms import MapTransform

from bundle.errors import RadiographError

LEVELS = 1 << 16
"""Grey levels that are counted: those of 16 bits, which nearly all films have."""


class ScaleGreyLevelsd(MapTransform):
    """What MONAI's `ScaleIntensityRangePercentilesd` with `clip` does, from a histogram where the levels are whole.

    Args:
        keys: key of the film, a tensor [1, X, Y].
        lower: percentile that becomes 0; what is below is clipped.
        upper: percentile that becomes 1; what is above is clipped.
    """

    def __init__(self, keys: str, lower: float, upper: float) -> None:
        super().__init__(keys)
        self.percentiles = (lower, upper)

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return a copy of `data` with the film in [0, 1].

        Raises:
            RadiographError: the two percentiles are one grey level.
        """
        output = dict(data)
        for key in self.key_iterator(output):
            film = output[key]
            low, high = percentiles(film.numpy(), self.percentiles)
            if low >= high:
                raise RadiographError("nearly all its pixels have one value; remove the film, it shows next to nothing")
            output[key] = ((film - low) / (high - low)).clamp_(0, 1)
        return output


def percentiles(values: np.ndarray, at: Sequence[float]) -> np.ndarray:
    """What `numpy.percentile(values, at)` gives, several times as fast where there are few different whole values."""
    lowest = values.min()
    if not values.max() - lowest < LEVELS:
        return np.percentile(values, at)
    levels = (values - lowest).ravel().astype(np.int64)
    if not np.array_equal(levels + lowest, values.ravel()):
        return np.percentile(values, at)
    counted = np.bincount(levels).cumsum()
    places = np.asarray(at, dtype=np.float64) / 100 * (levels.size - 1)
    before, after = (np.searchsorted(counted, end, side="right") for end in (np.floor(places), np.ceil(places)))
    found: np.ndarray = lowest + before + (after - before) * (places - np.floor(places))
    return found
