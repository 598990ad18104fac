# SPDX-License-Identifier: Apache-2.0
"""What the trainings of a comparison warn of in their logs, for those who see the comparison alone."""

from __future__ import annotations

import re
from pathlib import Path

_WARNING = re.compile(rb"^\d\d:\d\d:\d\d WARNING (.*)\n", re.MULTILINE)
"""As configs/logging.conf writes it."""


class Warned:
    """Reads logs on while they are written, and gives each sentence once, whichever training says it first."""

    def __init__(self) -> None:
        self._read: dict[Path, int] = {}
        self._known: set[bytes] = set()

    def begin(self, log: Path) -> None:
        """Leave what a log holds by now: that is of an earlier time."""
        self._read[log] = log.stat().st_size if log.is_file() else 0

    def new(self, log: Path) -> list[str]:
        """The warnings in what came since; of a log that was not begun, none."""
        if log not in self._read or not log.is_file():
            return []
        with log.open("rb") as stream:
            stream.seek(self._read[log])
            whole, end, _ = stream.read().rpartition(b"\n")  # the last line may not be there in full
        self._read[log] += len(whole + end)
        found = [text for text in _WARNING.findall(whole + end) if text not in self._known]
        self._known.update(found)
        return [text.decode(errors="replace") for text in dict.fromkeys(found)]
