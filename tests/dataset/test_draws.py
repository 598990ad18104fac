# SPDX-License-Identifier: Apache-2.0
"""Tests of the few-shot draws."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.dataset.description import Film
from bundle.dataset.draws import drawn_films
from bundle.errors import ConfigurationError

FILMS = [Film(Path(f"{index:03}.png"), ((1.0, 2.0),)) for index in range(60)]

numbers = st.integers(0, 1000)
shots = st.integers(1, len(FILMS))


@settings(deadline=None, max_examples=50)
@given(number=numbers, fewer=shots, more=shots)
def test_fewer_films_are_the_first_of_more(number, fewer, more) -> None:
    fewer, more = sorted((fewer, more))
    drawn = drawn_films(FILMS, more, number)
    assert drawn_films(FILMS, fewer, number) == drawn[:fewer]
    assert len(set(drawn)) == more


@settings(deadline=None, max_examples=50)
@given(number=numbers, count=shots, order=st.permutations(FILMS))
def test_a_draw_does_not_depend_on_the_order_of_the_films(number, count, order) -> None:
    assert [order[index] for index in drawn_films(order, count, number)] == [
        FILMS[i] for i in drawn_films(FILMS, count, number)
    ]


@settings(deadline=None, max_examples=50)
@given(number=numbers, labelled=st.lists(st.booleans(), min_size=1, max_size=30).filter(any))
def test_only_films_with_a_landmark_are_drawn(number, labelled) -> None:
    films = [
        Film(Path(f"{i}.png"), ((None, (1.0, 2.0)) if known else (None, None))) for i, known in enumerate(labelled)
    ]
    assert sorted(drawn_films(films, None, number)) == [index for index, known in enumerate(labelled) if known]


def test_a_draw_is_the_same_everywhere() -> None:
    assert drawn_films(FILMS, 5, 0) == [10, 7, 46, 33, 27]
    assert drawn_films(FILMS, 5, 1) == [42, 25, 14, 34, 22]


def test_draws_are_spread_over_the_films() -> None:
    counts = [0] * len(FILMS)
    for number in range(600):
        for index in drawn_films(FILMS, 6, number):
            counts[index] += 1
    assert all(30 < count < 95 for count in counts), "each film is drawn about 60 times"


@pytest.mark.parametrize("asked", [0, -1, 61])
def test_too_many_or_no_shots(asked) -> None:
    with pytest.raises(
        ConfigurationError, match=rf"shots is {asked} where .* has 60 labelled films; choose 1 to 60, or None"
    ):
        drawn_films(FILMS, asked, 0)
