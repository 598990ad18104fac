# SPDX-License-Identifier: Apache-2.0
"""Which films a process was at when it was killed: one that kills every process that reads it is given up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from bundle.files import write_text

MOST = 3
"""Deaths; the first may be that of a neighbour, a film that has one is read alone."""


class Deaths:
    """The films that a shard is at, in a file that outlives the process.

    Args:
        file: That file.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self._count: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # none was left
            self._count = {}

    def of(self, path: str) -> int:
        """How often a process died at a film."""
        return self._count.get(path, 0)

    def begin(self, paths: Sequence[str]) -> None:
        """Say that these films are about to be read.

        Raises:
            StorageError: that cannot be written down.
        """
        for path in paths:
            self._count[path] = self.of(path) + 1
        write_text(self.file, json.dumps(self._count))

    def end(self, paths: Sequence[str]) -> None:
        """Say that these films did no harm."""
        for path in paths:
            self._count.pop(path, None)

    def close(self, finished: bool) -> None:
        """Leave only what the next process has to know; nothing where the shard is finished."""
        if self._count and not finished:
            write_text(self.file, json.dumps(self._count))
        else:
            self.file.unlink(missing_ok=True)
