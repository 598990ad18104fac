# SPDX-License-Identifier: Apache-2.0
"""What a person sees of a long run: a bar on a terminal, plain lines in a log; other processes read a file."""

from __future__ import annotations

import logging
import sys
import time
from typing import Any

from ignite.engine import Engine, Events
from tqdm import tqdm

from bundle.engines.history import VALIDATION, History
from bundle.run_folder import RunProgress, duration, write_progress

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """Shows epoch, loss, validation error and remaining time, and leaves them in `progress.json`.

    Args:
        history: the run's history.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self._bar: tqdm | None = None
        self._next_line = 0.0

    def attach(self, engine: Engine) -> None:
        """Attach to the trainer, after the history."""
        engine.add_event_handler(Events.STARTED, self._started)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._iteration_completed)
        engine.add_event_handler(Events.EPOCH_COMPLETED, self._epoch_completed)
        engine.add_event_handler(Events.COMPLETED, self._ended)

    def _started(self, engine: Engine) -> None:
        self._start, self._done = time.monotonic(), engine.state.iteration
        if sys.stderr.isatty():
            self._bar = tqdm(total=_steps(engine), initial=self._done, unit="step", dynamic_ncols=True)

    def _iteration_completed(self, engine: Engine) -> None:
        if self._bar is not None:
            self._bar.update()

    def _epoch_completed(self, engine: Engine) -> None:
        row = self.history.rows[-1]
        figures = [f"loss {row['loss']:.4f}"] if row["loss"] is not None else []
        if self.history.validation_errors:
            figures.append(f"validation {self.history.validation_errors[-1]:.2f} px{self.history.in_words}")
            figures.append(f"best {min(self.history.validation_errors):.2f} px")
        per_step = (time.monotonic() - self._start) / (engine.state.iteration - self._done)
        remaining = per_step * (_steps(engine) - engine.state.iteration)
        error = self.history.validation_errors[-1] if self.history.validation_errors else None
        epoch, epochs = engine.state.epoch, engine.state.max_epochs or 0
        progress = RunProgress(epoch, epochs, round(remaining, 1), error, self.history.in_words)
        write_progress(self.history.file.parent, progress)
        if self._bar is not None:
            self._bar.set_postfix_str(", ".join(figures))
        elif row[VALIDATION] is not None or time.monotonic() > self._next_line:
            self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
            logger.info(f"epoch {epoch}/{epochs}: {', '.join(figures)}, {duration(remaining)} left")

    def _ended(self, engine: Engine) -> None:
        if self._bar is not None:
            self._bar.close()


def _steps(engine: Engine) -> int:
    """Steps of the whole run."""
    state: Any = engine.state
    return state.max_epochs * state.epoch_length
