# SPDX-License-Identifier: Apache-2.0
"""What the worker says of itself, for health, metrics and the status page; written by one thread, read by others."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

STUCK_SECONDS = 900.0
"""After which a worker that has not gone round once is taken for dead: a batch on a slow CPU is quicker."""

ORTHANC, FOLDER, DESTINATION, STORAGE, OUTBOX = "orthanc", "folder", "destination", "storage", "outbox"
"""What may be in the way."""


@dataclass
class Condition:
    """The condition of a worker.

    Attributes:
        source: Where its films come from, `ORTHANC` or `FOLDER`.
        beat: When it last went round, in seconds of the monotonic clock.
        problems: What is in the way now, a sentence each.
    """

    source: str
    beat: float = field(default_factory=time.monotonic)
    problems: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.problems = {self.source: "the node starts"}

    def is_alive(self) -> bool:
        """Whether the worker goes round."""
        return time.monotonic() - self.beat < STUCK_SECONDS

    def say(self, what: str, problem: str | None) -> bool:
        """Note that something is in the way, or no longer is, and say whether that is news."""
        news = self.problems.get(what) != problem
        others = {key: sentence for key, sentence in self.problems.items() if key != what}
        self.problems = others if problem is None else {**others, what: problem}
        return news
