# SPDX-License-Identifier: Apache-2.0
"""The order of the pool."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.loading.pool_sampler import PoolSampler


def stretch(films: int, seed: int, start: int, stop: int) -> list[int]:
    sampler = PoolSampler(range(films), seed)
    sampler.take(range(start, stop))
    assert len(sampler) == stop - start
    return list(sampler)


@settings(deadline=None, max_examples=50)
@given(films=st.integers(1, 40), seed=st.integers(0, 1000), cut=st.integers(0, 120))
def test_any_cut_leaves_the_order_and_each_pass_sees_every_film_once(films: int, seed: int, cut: int):
    whole = stretch(films, seed, 0, 120)
    assert stretch(films, seed, 0, cut) + stretch(films, seed, cut, 120) == whole
    for turn in range(120 // films):
        assert sorted(whole[turn * films : (turn + 1) * films]) == list(range(films))


def test_passes_and_seeds_differ():
    orders = {tuple(stretch(50, seed, 50 * turn, 50 * turn + 50)) for seed in (0, 1) for turn in (0, 1)}
    assert len(orders) == 4
