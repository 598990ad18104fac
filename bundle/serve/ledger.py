# SPDX-License-Identifier: Apache-2.0
"""What the worker knows of every film, in one SQLite file: a film is never in memory alone.

A film waits, then its results wait to be delivered, then it is done. Every step is one transaction, and one process
writes.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bundle.errors import ConfigurationError, StorageError

WAITING, UNDELIVERED, DONE = "waiting", "undelivered", "done"
"""Of a film."""

ANSWERED, REFUSED, QUARANTINED, NO_RULE, GONE = "answered", "refused", "quarantined", "no_rule", "gone"
"""How it ended: with results; with a reason; with a reason after many tries; never worked on; removed meanwhile."""

FILE_NAME = "ledger.sqlite"
_LONGEST_WAIT = 600.0
_SEED = "seed"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS node (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS films (
    place INTEGER PRIMARY KEY, film TEXT NOT NULL UNIQUE, sop_uid TEXT NOT NULL, study_uid TEXT NOT NULL, model TEXT,
    received REAL NOT NULL, status TEXT NOT NULL, outcome TEXT, reason TEXT, tries INTEGER NOT NULL DEFAULT 0,
    sends INTEGER NOT NULL DEFAULT 0, not_before REAL NOT NULL DEFAULT 0, finished REAL, kept TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS due ON films (status, tries, place);
CREATE INDEX IF NOT EXISTS counted ON films (status, outcome, received);
CREATE TABLE IF NOT EXISTS results (
    film TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (film, name)
);
"""
_COLUMNS = "film, sop_uid, study_uid, model, received, outcome, reason, tries, sends"


class Film(NamedTuple):
    """A film.

    Attributes:
        film: Its identifier where it comes from.
        sop_uid: SOPInstanceUID; empty of a picture.
        study_uid: StudyInstanceUID; empty of a picture.
        model: What it is for; None where it fits no rule.
        received: When it arrived, in seconds since 1970.
        outcome: How it ended; None as long as it waits.
        reason: Why it has no results, or why its last try failed.
        tries: How often it was begun.
        sends: How often its delivery failed.
    """

    film: str
    sop_uid: str
    study_uid: str
    model: str | None
    received: float
    outcome: str | None = None
    reason: str | None = None
    tries: int = 0
    sends: int = 0


class Cursor(NamedTuple):
    """How far arrivals have been taken in.

    Attributes:
        change: Number of the last change of Orthanc.
        resource: What it was about, by which another database behind the same address is told.
    """

    change: int
    resource: str


START = Cursor(0, "")


class Ledger:
    """The ledger of a node; for one thread.

    Args:
        folder: Where its file lies.
        retry_seconds: How long a film waits after it failed once; twice as long after each further time.

    Raises:
        StorageError: the file cannot be used.
    """

    def __init__(self, folder: Path, retry_seconds: float) -> None:
        self.file = folder / FILE_NAME
        self._retry_seconds = retry_seconds
        try:
            self.file.touch(0o600)
            self._database = sqlite3.connect(self.file)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.executescript(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def belong_to(self, seed: str) -> None:
        """Make sure that what was noted so far is of the same seed, by which films are de-identified.

        Otherwise results that wait would leave with their patient's name, or one patient would become two.

        Args:
            seed: Its mark; empty where films are not de-identified.

        Raises:
            ConfigurationError: it is of another one, or of none.
        """
        noted = dict(self._rows("SELECT key, value FROM node"))
        if noted and noted.get(_SEED, "") != seed:
            raise ConfigurationError(
                f"deidentify: {self.file.parent} belongs to {_said(noted.get(_SEED, ''))}, not to {_said(seed)}; "
                "go back to that, or write another folder as state"
            )
        with self._written() as database:
            database.execute("INSERT OR REPLACE INTO node VALUES (?, ?)", (_SEED, seed))

    @property
    def cursor(self) -> Cursor:
        """How far arrivals have been taken in."""
        noted = dict(self._rows("SELECT key, value FROM node"))
        return Cursor(int(noted.get("change", 0)), noted.get("resource", ""))

    def take(self, films: Iterable[Film], cursor: Cursor = START) -> None:
        """Take in films that arrived, those that are known already left as they are, and how far one has read."""
        now = time.time()
        rows = [
            (film.film, film.sop_uid, film.study_uid, film.model, film.received)
            + ((DONE, film.outcome or NO_RULE, film.reason, now) if film.model is None else (WAITING, None, None, None))
            for film in films
        ]
        with self._written() as database:
            database.executemany(
                "INSERT OR IGNORE INTO films (film, sop_uid, study_uid, model, received, status, outcome, reason, "
                "finished) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            noted = [("change", str(cursor.change)), ("resource", cursor.resource)]
            database.executemany("INSERT OR REPLACE INTO node VALUES (?, ?)", noted)

    def known(self, films: Sequence[str]) -> set[str]:
        """Those of some films that have been taken in."""
        marks = ", ".join("?" * len(films))
        return {film for (film,) in self._rows(f"SELECT film FROM films WHERE film IN ({marks})", films)}

    def batch(self, most: int) -> list[Film]:
        """Films of one model to work on next.

        One that was begun before may end the process: it comes alone, when no other film waits, so that it costs none
        of them its time, and is seldom met by what ends the process for another reason.
        """
        fresh = self._due(f"status = '{WAITING}' AND tries = 0", most)
        return [film for film in fresh if film.model == fresh[0].model] or self._due(f"status = '{WAITING}'", 1)

    def undelivered(self, most: int) -> list[Film]:
        """Films whose results are to be delivered next."""
        return self._due(f"status = '{UNDELIVERED}'", most)

    def begin(self, films: Sequence[Film]) -> None:
        """Count a try of films before it is made, so that one which ends the process is told."""
        self._update("tries = tries + 1", [film.film for film in films])

    def give_back(self, films: Sequence[Film]) -> None:
        """Take back a try of films that failed through no fault of theirs."""
        self._update("tries = max(tries - 1, 0)", [film.film for film in films])

    def failed(self, film: Film, reason: str) -> None:
        """Let a film wait before it is tried again."""
        self._update("reason = ?, not_before = ?", [film.film], reason, self._later(film.tries + 1))

    def answer(self, film: Film, outcome: str, reason: str | None, results: Mapping[str, bytes]) -> None:
        """Keep what is to be delivered of a film."""
        with self._written() as database:
            database.executemany(
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?)",
                [(film.film, name, content) for name, content in results.items()],
            )
            database.execute(
                "UPDATE films SET status = ?, outcome = ?, reason = ?, not_before = 0 WHERE film = ?",
                (UNDELIVERED if results else DONE, outcome, reason, film.film),
            )

    def results(self, film: Film) -> dict[str, bytes]:
        """What is to be delivered of a film, by file name."""
        return dict(self._rows("SELECT name, content FROM results WHERE film = ? ORDER BY name", [film.film]))

    def undeliverable(self, film: Film) -> None:
        """Let the results of a film wait before they are sent again."""
        self._update("sends = sends + 1, not_before = ?", [film.film], self._later(film.sends + 1))

    def done(self, film: Film, kept: Sequence[str]) -> None:
        """The results of a film are acknowledged; `kept` are their identifiers where the film came from."""
        with self._written() as database:
            database.execute("DELETE FROM results WHERE film = ?", (film.film,))
            database.execute(
                "UPDATE films SET status = ?, finished = ?, kept = ? WHERE film = ?",
                (DONE, time.time(), " ".join(kept), film.film),
            )

    def expired(self, finished_before: float, most: int) -> dict[str, list[str]]:
        """Films that were done before some time, each with what is kept of it."""
        found = self._rows(
            "SELECT film, kept FROM films WHERE status = ? AND kept != '' AND finished < ? LIMIT ?",
            (DONE, finished_before, most),
        )
        return {film: kept.split() for film, kept in found}

    def came_again(self, films: Sequence[str]) -> None:
        """Films that were removed, and are sent once more, are to be removed once more."""
        removed = "film = ? AND status = ? AND kept = '' AND outcome IN (?, ?, ?)"
        rows = [(time.time(), film, DONE, ANSWERED, REFUSED, QUARANTINED) for film in films]
        with self._written() as database:
            database.executemany(f"UPDATE films SET kept = film, finished = ? WHERE {removed}", rows)

    def forget_kept(self, film: str) -> None:
        """A film and its results have been removed."""
        self._update("kept = ''", [film])

    def retry_quarantined(self) -> int:
        """Let films in quarantine wait again, and say how many."""
        with self._written() as database:
            return database.execute(
                "UPDATE films SET status = ?, outcome = NULL, tries = 0, sends = 0, not_before = 0 "
                "WHERE status = ? AND outcome = ?",
                (WAITING, DONE, QUARANTINED),
            ).rowcount

    def count(self, status: str) -> int:
        """How many films have a status."""
        ((number,),) = self._rows("SELECT count(*) FROM films WHERE status = ?", (status,))
        return int(number)

    def _due(self, which: str, most: int) -> list[Film]:
        query = f"SELECT {_COLUMNS} FROM films WHERE {which} AND not_before <= ? ORDER BY place LIMIT ?"
        return [Film(*row) for row in self._rows(query, (time.time(), most))]

    def _later(self, failures: int) -> float:
        return time.time() + min(self._retry_seconds * 2 ** min(failures - 1, 30), _LONGEST_WAIT)

    def _update(self, change: str, films: Sequence[str], *values: object) -> None:
        with self._written() as database:
            database.executemany(f"UPDATE films SET {change} WHERE film = ?", [(*values, film) for film in films])

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        """All of a change, or nothing of it."""
        try:
            with self._database:
                yield self._database
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> StorageError:
        return StorageError(
            f"{self.file}: cannot be used ({error}); free space on its disk, what was written before is kept"
        )


def _said(seed: str) -> str:
    return f"seed {seed}" if seed else "films with their patient"
