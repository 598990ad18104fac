# SPDX-License-Identifier: Apache-2.0
"""How far a shard is, at which rate, and how long it takes yet: a bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tqdm import tqdm

from bundle.batch.rows import REFUSED
from bundle.run_folder import duration

SECONDS_BETWEEN_LINES = 30.0


class Progress:
    """What a person sees on stderr.

    Attributes:
        total: How many films there are to do, at most; None until they are counted.
        counts: Rows by status.
    """

    def __init__(self, total: int | None) -> None:
        self.total = total
        self.counts: Counter[str] = Counter()
        self._start = self._line = time.monotonic()
        self._bar = tqdm(total=total, unit="film", dynamic_ncols=True) if sys.stderr.isatty() else None

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Count rows."""
        self.counts.update(row["status"] for row in rows)
        if self._bar is not None:
            self._bar.total = self.total
            self._bar.set_postfix_str(f"{self.counts[REFUSED]} refused", refresh=False)
            self._bar.update(len(rows))
        elif time.monotonic() - self._line >= SECONDS_BETWEEN_LINES:
            self._line = time.monotonic()
            print(f"{time.strftime('%H:%M:%S')} {self}", file=sys.stderr, flush=True)

    def __str__(self) -> str:
        done = self.counts.total()
        rate = done / max(time.monotonic() - self._start, 1e-9)
        figures = [f"{rate:.1f} films a second", f"{self.counts[REFUSED]} refused"]
        if self.total is None:
            return ", ".join([f"{done} films", *figures, "the others are being counted"])
        left = duration(max(self.total - done, 0) / rate) if done else "unknown time"
        return ", ".join([f"{done} of {self.total} films", *figures, f"{left} left at most"])

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
