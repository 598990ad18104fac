# SPDX-License-Identifier: Apache-2.0
"""The mean over what could be measured."""

from __future__ import annotations

import numpy as np


def mean_over_known(values: np.ndarray, axis: int) -> np.ndarray:
    """Return the mean along an axis without the NaN in it: NaN where nothing is known, infinite where a value is."""
    count = (~np.isnan(values)).sum(axis=axis)
    mean: np.ndarray = np.where(count > 0, np.nansum(values, axis=axis) / np.maximum(count, 1), np.nan)
    return mean
