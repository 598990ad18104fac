# SPDX-License-Identifier: Apache-2.0
"""Which films a round learns from, and which judge it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

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


def test_a_round_begins_with_the_last_one_like_it(tmp_path: Path):
    first = Round(1, "done", 3, ("a", "b"), (), "windows", ("--draw", "0"), "")
    done = [first, replace(first, number=2), replace(first, number=3, state="failed")]
    for round_ in done:
        stage1 = rounds.folder_of(tmp_path, round_.number) / "run" / "stage1"
        stage1.mkdir(parents=True)
        (stage1 / "best.pt").touch()
    next_one = replace(first, number=4, validation=("c",))
    assert rounds.warm_start(tmp_path, next_one, done) == 2, "what failed is passed over"
    assert rounds.warm_start(tmp_path, first, done) is None, "no film chooses among the epochs"
    assert rounds.warm_start(tmp_path, replace(next_one, study=4), done) is None, "other landmarks"
    assert rounds.warm_start(tmp_path, replace(next_one, words=()), done) is None, "other settings"
    (rounds.folder_of(tmp_path, 2) / "run" / "stage1" / "best.pt").unlink()
    assert rounds.warm_start(tmp_path, next_one, done) == 1, "a round that was thrown away"
