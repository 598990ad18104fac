# SPDX-License-Identifier: Apache-2.0
"""What the ledger holds, counted for whoever watches a node; read beside the worker, which goes on."""

from __future__ import annotations

import re
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bundle.serve.ledger import DONE, FILE_NAME, UNDELIVERED, WAITING

_MOST_REASONS = 20
_OTHER = "other reasons"
_NUMBER = re.compile(r"\b\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Figures:
    """What a ledger holds.

    Attributes:
        waiting: Films that wait to be worked on.
        undelivered: Films whose results wait to be delivered.
        done: Films that are done, by outcome.
        reasons: Films without results by reason, numbers in it left out; the most frequent ones first.
        oldest_seconds: Age of the oldest film that is not done; 0 where there is none.
    """

    waiting: int
    undelivered: int
    done: dict[str, int]
    reasons: dict[str, int]
    oldest_seconds: float


def read_figures(state: Path) -> Figures:
    """Count what the ledger in a state folder holds.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    with closing(sqlite3.connect(f"{(state / FILE_NAME).as_uri()}?mode=ro", uri=True)) as database:
        database.execute("BEGIN")
        counted = database.execute(
            "SELECT status, coalesce(outcome, ''), count(*), min(received) FROM films GROUP BY status, outcome"
        ).fetchall()
        reasons = database.execute(
            "SELECT reason, count(*) FROM films WHERE outcome != 'answered' AND reason IS NOT NULL GROUP BY reason"
        ).fetchall()
    return Figures(
        waiting=sum(number for status, _, number, _ in counted if status == WAITING),
        undelivered=sum(number for status, _, number, _ in counted if status == UNDELIVERED),
        done={outcome: number for status, outcome, number, _ in counted if status == DONE},
        reasons=_few(reasons),
        oldest_seconds=max((time.time() - first for status, _, _, first in counted if status != DONE), default=0.0),
    )


def _few(reasons: list[tuple[str, int]]) -> dict[str, int]:
    """Reasons without their remedies and numbers, which would make each one of its own."""
    counted: Counter[str] = Counter()
    for reason, number in reasons:
        counted[_NUMBER.sub("N", reason.partition(";")[0])] += number
    named = dict(counted.most_common(_MOST_REASONS))
    others = counted.total() - sum(named.values())
    return {**named, _OTHER: others} if others else named
