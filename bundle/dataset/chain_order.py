# SPDX-License-Identifier: Apache-2.0
"""Marks of repeated parts that cannot be meant: a part out of the order of its chain, or its landmarks exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from scipy.optimize import linear_sum_assignment

FACTOR = 2.0
"""Of the length of a step along the chain on the other films, beyond which it is far or near."""

MISFIT = 0.5
"""By how much landmarks fit better exchanged than as they are, in sizes of their part."""


def out_of_order(points: np.ndarray, parts: Sequence[str]) -> dict[int, str]:
    """Find the films on which the parts do not go steadily along their chain.

    Args:
        points: `[N, P, C, 2]` landmarks of the parts, NaN where missing.
        parts: Names of the P parts.

    Returns:
        What is wrong with the first such part, by the index of the film.
    """
    steps = _steps(points)
    lengths = np.linalg.norm(steps, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = lengths / _median(lengths, axis=1)
        ratio = relative / _median(relative, axis=0)
        heading = _median(steps / lengths[..., None], axis=1)
    forward = (steps * heading).sum(axis=-1)
    found = {}
    for film in range(len(points)):
        for step, (first, second) in enumerate(pairwise(parts)):
            if forward[film, step] <= 0:
                found[film] = f"{second} does not come after {first}"
            elif not 1 / FACTOR <= (times := ratio[film, step]) <= FACTOR and not np.isnan(times):
                found[film] = f"{second} is {times:.1f} times as far from {first} as on the other films"
            if film in found:
                break
    return found


def exchanged(points: np.ndarray, parts: Sequence[str]) -> dict[int, str]:
    """Find the films on which the landmarks of a part fit the shape of all parts better in another order.

    Args:
        points: `[N, P, C, 2]` landmarks of parts that are in order, NaN where missing.
        parts: Names of the P parts.

    Returns:
        What is wrong with the first such part, by the index of the film.
    """
    shapes = _along_the_chain(points)
    mean = _median(shapes.reshape(-1, *shapes.shape[2:]), axis=0)[0]
    found: dict[int, str] = {}
    for film, part in _complete(shapes):
        misfits = np.linalg.norm(shapes[film, part][:, None] - mean, axis=-1)
        landmarks, places = linear_sum_assignment(misfits)
        if misfits.diagonal().mean() - misfits[landmarks, places].mean() > MISFIT:
            found.setdefault(film, f"the landmarks of {parts[part]} seem to be exchanged")
    return found


def _steps(points: np.ndarray) -> np.ndarray:
    """From the centre of each part to that of the next, `[N, P - 1, 2]`; NaN where a landmark of either is missing."""
    return np.diff(points.mean(axis=2), axis=1)


def _along_the_chain(points: np.ndarray) -> np.ndarray:
    """Landmarks about the centre of their part, in its sizes, the chain running along the second axis."""
    centres = points.mean(axis=2)
    along = np.gradient(centres, axis=1)
    across = np.stack([along[..., 1], -along[..., 0]], axis=-1)
    offsets = points - centres[:, :, None]
    size = np.sqrt((offsets**2).sum(axis=-1).mean(axis=-1)) * np.linalg.norm(along, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):  # of a part of one landmark
        return np.einsum("npcd,npad->npca", offsets, np.stack([across, along], axis=2)) / size[..., None, None]


def _complete(shapes: np.ndarray) -> Iterator[tuple[int, int]]:
    for film, part in np.argwhere(np.isfinite(shapes).all(axis=(2, 3))):
        yield int(film), int(part)


def _median(values: np.ndarray, axis: int) -> np.ndarray:
    """Median of what is known, the axis kept; NaN where nothing is."""
    masked = np.ma.median(np.ma.masked_invalid(values), axis=axis, keepdims=True)
    median: np.ndarray = np.ma.filled(masked, np.nan)
    return median
