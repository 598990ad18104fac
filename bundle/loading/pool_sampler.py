# SPDX-License-Identifier: Apache-2.0
"""The order in which a pool of films is seen: shuffled anew each pass, and known from the seed and a position alone."""

from __future__ import annotations

from collections.abc import Iterator, Sized

import torch
from torch.utils.data import Sampler

PASSES_APART = 1_000_003  # prime: the passes of two seeds do not coincide


class PoolSampler(Sampler[int]):
    """Passes over a pool one after the other, each in its own order; `take` says which stretch comes next.

    A run of any length sees every film once in each pass, whatever the length of its epochs, and a resumed run needs
    nothing but its iteration to go on where it was.

    Args:
        films: the pool, of which only the size is read.
        seed: of the orders.
    """

    def __init__(self, films: Sized, seed: int) -> None:
        self.films = len(films)
        self.seed = seed
        self.stretch = range(0)

    def take(self, stretch: range) -> None:
        """Choose the positions, counted from the first film of the first pass, that the next iteration yields."""
        self.stretch = stretch

    def __len__(self) -> int:
        """Length of the stretch."""
        return len(self.stretch)

    def __iter__(self) -> Iterator[int]:
        """Yield the indices of the films of the stretch."""
        order, of_pass = torch.empty(0), -1
        for position in self.stretch:
            turn, place = divmod(position, self.films)
            if turn != of_pass:
                order, of_pass = self._order(turn), turn
            yield int(order[place])

    def _order(self, turn: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(self.seed * PASSES_APART + turn)
        return torch.randperm(self.films, generator=generator)
