# SPDX-License-Identifier: Apache-2.0
"""What a person sees of a running comparison: a bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection

from tqdm import tqdm

from bundle.comparison.cells import Cell
from bundle.comparison.warned import Warned
from bundle.run_folder import has_checkpoint, read_progress

SECONDS_BETWEEN_LINES = 60.0


class Progress:
    """Shows how many cells are done, which are running, how far they are, and what they warn of.

    Args:
        cells: how many cells the comparison has.
        done: how many of them are done.
    """

    def __init__(self, cells: int, done: int) -> None:
        self.cells = cells
        self.done = done
        self._warned = Warned()
        self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
        self._bar = (
            tqdm(total=cells, initial=done, unit="training", dynamic_ncols=True) if sys.stderr.isatty() else None
        )
        self.say(f"{done} of {cells} trainings are done already" if done else f"trainings to do: {cells}")

    def say(self, line: str) -> None:
        """Print a line, above the bar if there is one."""
        tqdm.write(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stdout)
        sys.stdout.flush()

    def started(self, cell: Cell) -> None:
        """Say that a cell has been started."""
        verb = "evaluating" if cell.trained else "resuming" if has_checkpoint(cell.folder) else "training"
        self.say(f"{verb}: {cell}")
        self._warned.begin(cell.log)

    def finished(self, cell: Cell, result: str) -> None:
        """Say what has become of a cell."""
        self._warn(cell)
        self.done += 1
        if self._bar is not None:
            self._bar.update()
        self.say(f"{cell}: {result} ({self.done} of {self.cells})")

    def tick(self, running: Collection[Cell]) -> None:
        """Show how far the running cells are, in a log once a minute, and at once what is new to be warned of."""
        for cell in running:
            self._warn(cell)
        errors = "; ".join(f"{cell}{_so_far(cell)}" for cell in running)
        if self._bar is not None:
            self._bar.set_postfix_str(errors)
        elif time.monotonic() > self._next_line:
            self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
            self.say(f"{self.done} of {self.cells} trainings done, running: {errors}")

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    def _warn(self, cell: Cell) -> None:
        for warning in self._warned.new(cell.log):
            self.say(f"warning: {cell}: {warning}")


def _so_far(cell: Cell) -> str:
    progress = read_progress(cell.folder)
    return f": {progress}" if progress else ""
