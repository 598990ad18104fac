# SPDX-License-Identifier: Apache-2.0
"""Films of a chain of like parts, whose surroundings are the same on every film."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

COUNT = 8
STEP = 24  # pixels from part to part
SIDE = 400
LANDSCAPE = gaussian_filter(np.random.default_rng(0).normal(size=(SIDE, SIDE)), STEP / 3)
"""What lies around the parts of everybody."""


def labels(first: int) -> np.ndarray:
    """Two landmarks for each of the parts down the middle of a film, the first of them so many steps down."""
    y = STEP * (first + np.arange(COUNT))
    return np.stack([np.stack([np.full(COUNT, x), y], axis=-1) for x in (SIDE / 2 - 5, SIDE / 2 + 5)], axis=1)


def film(seed: int) -> np.ndarray:
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=LANDSCAPE.shape), 2)
    return 100 + 50 * LANDSCAPE / LANDSCAPE.std() + 20 * noise / noise.std()
