# SPDX-License-Identifier: Apache-2.0
"""The landmarks of many films as one shape: their mean after films were moved and scaled onto each other."""

from __future__ import annotations

import numpy as np

from bundle.metrics.summary import mean_over_known

_ROUNDS = 3


def mean_true_shape(label: np.ndarray) -> np.ndarray:
    """Return where the landmarks lie on a mean film.

    Films differ in size and in how they are cut, so each is moved and scaled onto the mean, not turned, by least
    squares over the landmarks that both have.

    Args:
        label: `[N, K, 2]` true points (x, y) in pixels of each film, NaN where missing; N is at least 1.

    Returns:
        `[K, 2]` points in pixels of the film with the most landmarks, NaN for a landmark that no film has.
    """
    known = ~np.isnan(label).any(axis=-1)
    mean: np.ndarray = label[known.sum(axis=1).argmax()]
    for _ in range(_ROUNDS):
        shared = known & ~np.isnan(mean).any(axis=-1)
        placed = shared.any(axis=1)
        if placed.any():
            pairs = zip(label[placed], shared[placed], strict=True)
            mean = mean_over_known(np.stack([_moved_onto(mean, film, common) for film, common in pairs]), axis=0)
    return mean


def _moved_onto(mean: np.ndarray, film: np.ndarray, shared: np.ndarray) -> np.ndarray:
    origin, target = film[shared].mean(axis=0), mean[shared].mean(axis=0)
    centred = film[shared] - origin
    extent = (centred**2).sum()
    scale = (centred * (mean[shared] - target)).sum() / extent if extent > 0 else 1.0
    moved: np.ndarray = (film - origin) * scale + target
    return moved
