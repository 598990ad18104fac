# SPDX-License-Identifier: Apache-2.0
"""The ledger, in any order of what happens: no film is lost, none is there twice, and each comes to its end."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.errors import StorageError
from bundle.serve.ledger import ANSWERED, DONE, UNDELIVERED, WAITING, Cursor, Film, Ledger

STEPS = ("take", "begin", "end", "fail", "give_back", "answer", "undeliverable", "done")


def film(number: int, model: str | None = "m") -> Film:
    return Film(f"film{number}", f"1.2.{number}", "1.2", model, 0.0)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 4)), max_size=25))
def test_films_are_kept_whatever_happens(steps: list[tuple[str, int]]):
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder), retry_seconds=1e-9)
        taken: set[str] = set()
        for step, number in steps:
            waiting, undelivered = ledger.batch(3), ledger.undelivered(3)
            if step == "take":
                ledger.take([film(number)], Cursor(number, "r"))
                taken.add(f"film{number}")
            elif step == "end":  # as if killed
                ledger.close()
                ledger = Ledger(Path(folder), retry_seconds=1e-9)
            elif step == "begin":
                ledger.begin(waiting)
            elif step == "give_back":
                ledger.give_back(waiting)
            elif waiting and step == "fail":
                ledger.failed(waiting[0], "why")
            elif waiting and step == "answer":
                ledger.answer(waiting[0], ANSWERED, None, {"a": b"1", "b": b"2"})
            elif undelivered and step == "undeliverable":
                ledger.undeliverable(undelivered[0])
            elif undelivered and step == "done":
                assert set(ledger.results(undelivered[0])) == {"a", "b"}
                ledger.done(undelivered[0], ["kept"])
                assert ledger.results(undelivered[0]) == {}
            assert sum(map(ledger.count, (WAITING, UNDELIVERED, DONE))) == len(taken)
            assert ledger.known([f"film{each}" for each in range(5)]) == taken
        while films := ledger.batch(3):
            for each in films:
                ledger.answer(each, ANSWERED, None, {})
        assert ledger.count(WAITING) == 0
        ledger.close()


def test_a_film_that_was_begun_before_comes_alone_and_after_the_others(tmp_path: Path):
    ledger = Ledger(tmp_path, retry_seconds=60)
    ledger.take([film(number, "a" if number < 3 else "b") for number in range(5)])
    assert [each.film for each in ledger.batch(9)] == ["film0", "film1", "film2"]
    ledger.begin(ledger.batch(2))
    for expected in (["film2"], ["film3", "film4"]):
        batch = ledger.batch(9)
        assert [each.film for each in batch] == expected
        for each in batch:
            ledger.answer(each, ANSWERED, None, {})
    (suspect,) = ledger.batch(9)
    assert (suspect.film, suspect.tries) == ("film0", 1)
    ledger.failed(suspect, "why")
    assert [each.film for each in ledger.batch(9)] == ["film1"]
    ledger.give_back(ledger.batch(9))
    assert [each.tries for each in ledger.batch(9)] == [0]


def test_a_ledger_that_cannot_be_used_says_so(tmp_path: Path):
    (tmp_path / "ledger.sqlite").write_bytes(b"no database" * 200)
    with pytest.raises(StorageError, match=r"ledger\.sqlite"):
        Ledger(tmp_path, retry_seconds=1)
