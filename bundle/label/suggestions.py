# SPDX-License-Identifier: Apache-2.0
"""Which film to label next: one that stands for the others, and once there is a model one that it finds hard."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple

from bundle.label.described_films import DescribedFilms, Pool
from bundle.label.film_list import FilmList, ListedFilm
from bundle.label.label import FLAGGED, UNLABELLED
from bundle.label.proposer import Proposer
from bundle.label.store import Store
from bundle.selection import hardest

BY_NAME, STANDS_FOR_OTHERS, HARD = (
    "next in the order of names",
    "stands for many films that are not labelled yet",
    "the model is unsure of it and of films like it",
)
_ENOUGH = 50
"""Films that a model has looked at before those that it finds hard are hard among all."""

_RANKED = 100
"""Films that are put in order by more than their names: more are not labelled before the next look."""


class Suggestion(NamedTuple):
    """A film to label, and why."""

    film: ListedFilm
    reason: str


class Suggestions:
    """Orders the films that nobody labelled; the same labels and proposals give the same order.

    Args:
        films: Of the study.
        store: Its labels.
        proposer: What the model in use says.
        described: What the films show.
    """

    def __init__(self, films: FilmList, store: Store, proposer: Proposer, described: DescribedFilms) -> None:
        self.films = films
        self.store = store
        self.proposer = proposer
        self.described = described
        self._lock = threading.Lock()
        self._last: tuple[object, list[Suggestion]] = (None, [])

    @property
    def note(self) -> str | None:
        """What whoever sees the order has to know of it; None where there is nothing."""
        if self.described.pool is not None:
            return None
        return f"by name until all films were looked at ({self.described.done} of {len(self.films)})"

    def ordered(self) -> list[Suggestion]:
        """The films that nobody labelled, those to label first before the others, which follow by name."""
        open_ = [film for film in self.films if film.refused is None and self._status(film) == UNLABELLED]
        pool = self.described.pool
        if pool is None:
            return [Suggestion(film, BY_NAME) for film in open_]
        with self._lock:
            first = self._first(pool, {film.id for film in open_})
        taken = {suggestion.film.id for suggestion in first}
        return [*first, *(Suggestion(film, BY_NAME) for film in open_ if film.id not in taken)]

    def _first(self, pool: Pool, open_: set[str]) -> list[Suggestion]:
        begun = (UNLABELLED, FLAGGED)
        covered = [place for place, film in enumerate(pool.films) if self._status(film) not in begun]
        left = [place for place, film in enumerate(pool.films) if film.id in open_]
        expected = self._expected(pool, left)
        key = (tuple(covered), tuple(left), tuple(expected.items()))
        if self._last[0] != key:
            hard = self._hard(pool, expected, covered)
            others = [place for place in left if place not in {*hard}]
            rest = pool.coverage.best(_RANKED - len(hard), [*covered, *hard], others)
            reasons = [*((place, HARD) for place in hard), *((place, STANDS_FOR_OTHERS) for place in rest)]
            self._last = (key, [Suggestion(pool.films[place], reason) for place, reason in reasons])
        return self._last[1]

    def _hard(self, pool: Pool, expected: dict[int, float], covered: Sequence[int]) -> list[int]:
        places = [*expected]
        among = [places[film] for film in hardest([*expected.values()], 1)]
        return pool.coverage.best(_RANKED, covered, among)

    def _expected(self, pool: Pool, left: Sequence[int]) -> dict[int, float]:
        """By place, what the model in use expects to err; of films that it was asked about."""
        known = ((place, self.proposer.known(pool.films[place])) for place in left)
        expected = {place: proposal.mean_expected for place, proposal in known if proposal is not None}
        return expected if len(expected) >= min(_ENOUGH, len(left)) else {}

    def _status(self, film: ListedFilm) -> str:
        return self.store.summary(film).status
