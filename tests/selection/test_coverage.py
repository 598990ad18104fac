# SPDX-License-Identifier: Apache-2.0
"""Films that stand for a pool: odd ones and copies do not come first, and nothing is left to chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle.selection import Coverage, hardest
from bundle.selection import coverage as coverage_module


def group(centre: float, films: int, seed: int) -> np.ndarray:
    return (centre + np.random.default_rng(seed).normal(0, 0.3, (films, 8))).astype(np.float16)


@pytest.fixture
def groups() -> np.ndarray:
    """Two kinds of films, 20 and 12, and one film that is like no other."""
    return np.concatenate([group(0, 20, 0), group(3, 12, 1), group(50, 1, 2)])


def test_each_kind_of_film_has_one_that_stands_for_it_the_larger_kind_first(groups):
    first, second = Coverage(groups).best(2)
    assert first < 20 <= second < 32


def test_a_film_like_no_other_is_not_chosen_before_each_kind_has_several(groups):
    assert 32 not in Coverage(groups).best(6)


def test_the_first_film_is_the_middle_of_its_kind(groups):
    (first,) = Coverage(groups[:20]).best(1)
    distances = np.linalg.norm(groups[:20, None].astype(float) - groups[None, :20].astype(float), axis=-1).mean(0)
    assert distances[first] < np.quantile(distances, 0.2)


def test_copies_count_once_and_are_chosen_last(groups):
    copied = np.concatenate([groups, np.repeat(groups[32:], 40, axis=0)])
    assert Coverage(copied).best(2) == Coverage(groups).best(2)
    order = Coverage(copied).best(len(copied))
    assert set(order[-40:]) <= set(range(32, 73))


def test_what_is_labelled_needs_no_film_to_stand_for_it(groups):
    (chosen,) = Coverage(groups).best(1, covered=[0, 5, 10])
    assert 20 <= chosen < 32


def test_the_choice_is_among_some_films_and_stands_for_these(groups):
    among = [2, 20, 21, 22, 23, 24]
    first, *others = Coverage(groups).best(6, among=among)
    assert first >= 20
    assert {first, *others} == {*among}


def test_a_pool_too_large_to_compare_all_is_covered_by_a_part_of_it(monkeypatch, groups):
    monkeypatch.setattr(coverage_module, "_MOST_TO_STAND_FOR", 11)
    first, second = Coverage(groups).best(2)
    assert first < 20 <= second < 32


@given(st.integers(0, 40), st.integers(0, 12), st.integers(0, 10_000))
def test_every_film_is_chosen_once_and_the_same_way_again(films: int, covered: int, seed: int):
    pool = np.random.default_rng(seed).integers(0, 3, (films, 2)).astype(np.float16)
    labelled = list(range(min(covered, films)))
    order = Coverage(pool).best(films, labelled)
    assert sorted([*order, *labelled]) == list(range(films))
    assert Coverage(pool).best(films, labelled) == order
    half = Coverage(pool).best(films // 2, labelled)
    assert half == order[: len(half)], "more films begin with the same ones"


@given(st.lists(st.floats(0, 100) | st.just(float("inf")), max_size=40), st.integers(0, 10))
def test_the_hardest_are_a_fifth_and_no_other_is_harder(expected: list[float], count: int):
    hard = hardest(expected, count)
    assert len(hard) >= min(count, len(expected)) and len(hard) >= len(expected) / 5
    others = {*range(len(expected))} - {*hard}
    assert all(expected[one] >= expected[other] for one in hard for other in others)
