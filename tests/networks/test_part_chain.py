# SPDX-License-Identifier: Apache-2.0
"""The most likely chain is the best of all chains."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from bundle.networks.part_chain import most_likely_chain

STEPS = torch.tensor([[0.4, 1.8], [-0.3, 2.1]])
DEVIATION = 0.4


def likelihood(score: torch.Tensor, chain: list[tuple[int, int]]) -> float:
    total = sum(float(score[part, x, y]) for part, (x, y) in enumerate(chain))
    for step, before, after in zip(STEPS, chain, chain[1:], strict=False):
        off = torch.tensor(after) - torch.tensor(before) - step
        total -= float(off.square().sum()) / (2 * (DEVIATION * float(step.norm())) ** 2)
    return total


@pytest.mark.parametrize("seed", range(5))
def test_no_chain_is_more_likely(seed: int):
    generator = torch.Generator().manual_seed(seed)
    score = torch.randn(2, 3, 4, 6, generator=generator) * 2
    found = most_likely_chain(score, STEPS, DEVIATION)
    cells = list(itertools.product(range(4), range(6)))
    for film in range(2):
        best = max(likelihood(score[film], list(chain)) for chain in itertools.product(cells, repeat=3))
        ours = likelihood(score[film], [(int(x), int(y)) for x, y in found[film]])
        assert math.isclose(ours, best, rel_tol=1e-5)


def test_films_do_not_influence_each_other():
    score = torch.randn(3, 3, 5, 9)
    together = most_likely_chain(score, STEPS, DEVIATION)
    alone = torch.cat([most_likely_chain(film[None], STEPS, DEVIATION) for film in score])
    assert torch.equal(together, alone)


def test_a_part_that_nothing_shows_is_put_between_its_neighbours():
    score = torch.zeros(1, 3, 5, 9)
    score[0, 0, 2, 1] = score[0, 2, 2, 5] = 20
    assert most_likely_chain(score, torch.tensor([[0.0, 2.0], [0.0, 2.0]]), 0.3)[0].tolist() == [[2, 1], [2, 3], [2, 5]]
