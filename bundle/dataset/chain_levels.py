# SPDX-License-Identifier: Apache-2.0
"""Whether a film's chain of like parts looks a few parts off: the film along its chain against the other films'.

What a vertebra looks like does not tell which one it is, what lies around it does: ribs, diaphragm, pelvis. So each
film is straightened along its labelled chain, with some of what lies before and after it, and compared with the mean of
the others as it is and shifted by whole parts.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

FEWEST_FILMS = 20
"""With a whole chain, below which their mean says little."""

LIKENESS, GAIN = 0.5, 0.05
"""Correlation with the other films that a level needs, and by how much more than at its own, to be believed instead."""

MOST_SHIFT = 3
ROWS = 8
"""Of a straightened film for each part; its columns are as wide."""
HALF_WIDTH = 4 * ROWS
BACKGROUND = ROWS
"""Standard deviation of the blur that takes away exposure and habitus."""


def straightened(film: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Sample a film along its chain, from some parts before the first to some after the last.

    Args:
        film: `[X, Y]`.
        points: `[P, C, 2]` landmarks of all parts.

    Returns:
        `[rows, columns]` grey values, `ROWS` rows a part; NaN outside the film.
    """
    centres = points.mean(axis=1)
    places = np.arange(-MOST_SHIFT * ROWS, (len(centres) - 1 + MOST_SHIFT) * ROWS + 1) / ROWS
    line = np.stack([_extended(centres[:, axis], places) for axis in (0, 1)], axis=-1)
    along = np.gradient(gaussian_filter(line, (ROWS, 0)), axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.stack([along[:, 1], -along[:, 0]], axis=-1)
    unit = np.median(np.linalg.norm(np.diff(centres, axis=0), axis=1)) / ROWS
    offsets = unit * np.arange(-HALF_WIDTH, HALF_WIDTH + 1)
    x, y = np.moveaxis(line[:, None] + across[:, None] * offsets[:, None], -1, 0)
    inside = (x >= 0) & (x <= film.shape[0] - 1) & (y >= 0) & (y <= film.shape[1] - 1)
    return np.where(inside, map_coordinates(gaussian_filter(film, unit / 2), (x, y), order=1), np.nan)


def shifts_by_sight(films: np.ndarray) -> np.ndarray:
    """Tell by how many parts each film looks shifted against the others.

    Films that look shifted are compared again with the mean of those that do not.

    Args:
        films: `[N, rows, columns]` straightened films.

    Returns:
        `[N]`: part p of the film looks like part p + shift of the others; 0 where that is not clear.
    """
    known = ~np.isnan(films)
    contrast = np.stack([_local_contrast(film, there) for film, there in zip(films, known, strict=True)])
    shifts = np.zeros(len(films), dtype=int)
    for _ in range(2):
        usual = shifts == 0
        total, count = contrast[usual].sum(axis=0), known[usual].sum(axis=0)
        shifts = np.array(
            [
                _best_shift(one, there, total - one * kept, count - there * kept)
                for one, there, kept in zip(contrast, known, usual, strict=True)
            ]
        )
    return shifts


def _best_shift(film: np.ndarray, known: np.ndarray, total: np.ndarray, count: np.ndarray) -> int:
    mean = total / np.maximum(count, 1)
    common = count > count.max() / 3
    rows = len(film)
    likeness = {}
    for shift in range(-MOST_SHIFT, MOST_SHIFT + 1):
        moved = shift * ROWS
        own = slice(max(0, -moved), rows - max(0, moved))
        other = slice(max(0, moved), rows - max(0, -moved))
        both = known[own] & common[other]
        likeness[shift] = np.corrcoef(film[own][both], mean[other][both])[0, 1]
    best = max(likeness, key=likeness.__getitem__)
    return best if likeness[best] > max(LIKENESS, likeness[0] + GAIN) else 0


def _local_contrast(film: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Grey values against those around them, in their standard deviations; 0 where nothing is known."""
    weight = np.maximum(gaussian_filter(known.astype(float), BACKGROUND), 1e-3)
    values = np.where(known, film, 0.0)
    difference = np.where(known, values - gaussian_filter(values, BACKGROUND) / weight, 0.0)
    spread = np.sqrt(gaussian_filter(difference**2, BACKGROUND) / weight)
    return gaussian_filter(np.where(known, difference / (spread + spread.mean() / 10), 0.0), 1)


def _extended(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Values at places between and, along straight lines through the three at each end, beyond `0 … P - 1`."""
    index = np.arange(len(values))
    before, after = (np.polynomial.Polynomial.fit(index[end], values[end], 1) for end in (slice(3), slice(-3, None)))
    inner = np.interp(places, index, values)
    return np.where(places < 0, before(places), np.where(places > index[-1], after(places), inner))
