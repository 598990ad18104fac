# SPDX-License-Identifier: Apache-2.0
"""The most likely chain is the best of all chains."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from bundle.networks.part_chain import most_likely_chain

STEPS = torch.tensor([[0.4, 1.8], [-0.3, 2.1]])
LENGTH, TURN = 0.4, 0.5


def grid(films: int, width: int, height: int) -> torch.Tensor:
    axes = torch.arange(float(width)), torch.arange(float(height))
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1).expand(films, -1, -1, -1)


def likelihood(score: torch.Tensor, places: torch.Tensor, chain: list[tuple[int, int]]) -> float:
    total = sum(float(score[part, x, y]) for part, (x, y) in enumerate(chain))
    for step, before, after in zip(STEPS, chain, chain[1:], strict=False):
        turn = torch.stack([step, torch.stack([step[1], -step[0]])]) / step.square().sum()
        off = places[after] - places[before]
        along, across = turn @ off
        if along < 0:
            return -math.inf
        total -= float((off.square().sum() / step.square().sum() - 1) / 2 / LENGTH) ** 2 / 2
        total -= float(across / TURN) ** 2 / 2
    return total


@pytest.mark.parametrize("seed", range(5))
def test_no_chain_is_more_likely(seed: int):
    generator = torch.Generator().manual_seed(seed)
    score = torch.randn(2, 3, 4, 6, generator=generator)
    places = grid(2, 4, 6) + torch.randn(2, 4, 6, 2, generator=generator) * 0.2
    found = most_likely_chain(score, places, STEPS, LENGTH, TURN)
    cells = list(itertools.product(range(4), range(6)))
    for film in range(2):
        best = max(likelihood(score[film], places[film], list(chain)) for chain in itertools.product(cells, repeat=3))
        ours = likelihood(score[film], places[film], [(int(x), int(y)) for x, y in found[film]])
        assert math.isclose(ours, best, rel_tol=1e-5, abs_tol=1e-5)


def test_films_do_not_influence_each_other():
    score, places = torch.randn(3, 3, 5, 9), grid(3, 5, 9)
    together = most_likely_chain(score, places, STEPS, LENGTH, TURN)
    alone = torch.cat([most_likely_chain(film[None], places[:1], STEPS, LENGTH, TURN) for film in score])
    assert torch.equal(together, alone)


def test_a_part_that_nothing_shows_is_put_between_its_neighbours():
    score = torch.zeros(1, 3, 5, 9)
    score[0, 0, 2, 1] = score[0, 2, 2, 5] = 20
    steps = torch.tensor([[0.0, 2.0], [0.0, 2.0]])
    assert most_likely_chain(score, grid(1, 5, 9), steps, 0.3, 0.3)[0].tolist() == [[2, 1], [2, 3], [2, 5]]


def test_a_bent_chain_is_followed_and_none_of_it_is_left_out():
    places = [(3, 2), (4, 4), (6, 6), (8, 7), (10, 8)]  # the next would be as near to the first as the second is
    score = torch.full((1, 4, 14, 12), -6.0)
    for x, y in places:
        score[:, :, x, y] = 0
    score[0, 0, 3, 2] = score[0, 3, 8, 7] = 3
    found = most_likely_chain(score, grid(1, 14, 12), torch.tensor([[0.0, 2.2]] * 3), 0.2, 0.4)
    assert found[0].tolist() == [list(place) for place in places[:4]]
