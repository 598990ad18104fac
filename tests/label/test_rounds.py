# SPDX-License-Identifier: Apache-2.0
"""Which films a round learns from, and which judge it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bundle.label import rounds
from bundle.label.film_list import film_id
from bundle.label.rounds import Round

FILMS = [film_id(f"{index}.png") for index in range(40)]


@given(st.lists(st.sets(st.sampled_from(FILMS)), min_size=1, max_size=6))
def test_a_film_never_changes_sides(labelled_by_round):
    """Whatever is labelled, and taken back, from round to round."""
    done: list[Round] = []
    for number, labelled in enumerate(labelled_by_round, start=1):
        training_films, validation = rounds.split(sorted(labelled), done)
        assert {*training_films, *validation} == labelled and not {*training_films} & {*validation}
        assert all(not {*training_films} & {*before.validation} for before in done)
        assert all(not {*validation} & {*before.training} for before in done)
        if len(labelled) < 10:
            assert {*validation} <= {film for before in done for film in before.validation}
        done.append(Round(number, "done", 1, training_films, validation, "windows", (), ""))


@given(st.integers(2, 40))
def test_one_of_five_validates_from_ten_on(count):
    _, validation = rounds.split(FILMS[:count], [])
    assert len(validation) == (count // 5 if count >= 10 else 0)
