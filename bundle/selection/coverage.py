# SPDX-License-Identifier: Apache-2.0
"""The films that best stand for a pool of them."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np

_MOST_TO_STAND_FOR = 2000
"""Films of a larger pool, evenly spread, that the choice has to cover: a tenth of them say as much as all."""

_REACH = 0.25
"""Part of the pairs of a pool that are near enough for one film to stand for the other."""


class Coverage:
    """How well films stand for others, by the distance of their descriptors: facility location.

    A film stands for another the better, the nearer they are. Beyond a reach it does not at all, and so a film of
    another part of the body, which is far from everything, is a bad choice, where the farthest film would be the first
    one taken. Copies of a film count once.

    Args:
        descriptors: `[N, D]`, of the films of the pool.
    """

    def __init__(self, descriptors: np.ndarray) -> None:
        first: dict[bytes, int] = {}
        for film, descriptor in enumerate(descriptors):
            first.setdefault(descriptor.tobytes(), film)
        different = np.fromiter(first.values(), dtype=int)
        spread = np.linspace(0, len(different) - 1, min(len(different), _MOST_TO_STAND_FOR)).round().astype(int)
        self._pool = different[spread] if different.size else different
        self._distances = _distances(descriptors.astype(np.float32), self._pool)
        pairs = self._distances[self._pool][~np.eye(len(self._pool), dtype=bool)]
        self._reach = float(np.quantile(pairs, _REACH)) if pairs.size else 1.0

    def best(self, count: int, covered: Sequence[int] = (), among: Sequence[int] | None = None) -> list[int]:
        """Choose films, each the one that adds most to those before it; the same pool gives the same films.

        Each choice takes a step of the greedy algorithm, which comes within 1 - 1/e of the best choice there is
        (Nemhauser, Wolsey and Fisher, 1978).

        Args:
            count: How many; fewer where there are no more.
            covered: Films that stand for others already, as labelled ones do.
            among: The films to choose from, which are also those to stand for; of two that add the same the first one
                is taken. None for all.

        Returns:
            Their places in the pool, the best first.
        """
        left = [film for film in (range(len(self._distances)) if among is None else among) if film not in {*covered}]
        to_cover = np.flatnonzero(np.isin(self._pool, left))
        near = np.full(len(to_cover), self._reach, dtype=np.float32)
        for film in covered:
            near = np.minimum(near, self._distances[film, to_cover])

        def added(film: int) -> float:
            return float(np.maximum(near - self._distances[film, to_cover], 0).sum())

        # what a film adds only falls as others are taken, so one that is still the best by its old value is the best
        queue = [(-added(film), place, film) for place, film in enumerate(left)]
        heapq.heapify(queue)
        chosen: list[int] = []
        while queue and len(chosen) < count:
            _, place, film = heapq.heappop(queue)
            now = (-added(film), place, film)
            if queue and now > queue[0]:
                heapq.heappush(queue, now)
                continue
            chosen.append(film)
            near = np.minimum(near, self._distances[film, to_cover])
        return chosen


def _distances(descriptors: np.ndarray, pool: np.ndarray) -> np.ndarray:
    """`[N, P]`, of each film to those of the pool."""
    squares = np.square(descriptors).sum(axis=1)
    products = descriptors @ descriptors[pool].T
    distances: np.ndarray = np.sqrt(np.maximum(squares[:, None] + squares[pool] - 2 * products, 0))
    distances[pool, np.arange(len(pool))] = 0
    return distances
