# SPDX-License-Identifier: Apache-2.0
"""The handler by which inference leaves its outputs, as soon as a film is done."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ignite.engine import Engine, Events

from bundle.errors import RadiographError
from bundle.films.refusal import refused_by_name
from bundle.outputs.outputs import Output, make_outputs
from bundle.results.film_result import FilmResult
from bundle.written_files import WrittenFiles

logger = logging.getLogger(__name__)


class PredictionWriter:
    """Write the outputs of each film into a folder, which keeps the films' own subfolders.

    An output that a film cannot have is logged, remembered and passed over, and so is a film that has no answer. What
    the run before left in the folder is taken away when a run begins, see `WrittenFiles`.

    Args:
        out_dir: Folder to write to.
        record: Makes the record of a film from the decollated items of batch and output, taken together.
        outputs: What to write, names of `bundle.outputs.outputs.OUTPUTS`.

    Raises:
        ConfigurationError: an output is unknown, or needs a library that is not installed.
    """

    def __init__(
        self, out_dir: str | Path, record: Callable[[Mapping[str, Any]], FilmResult], outputs: str | Sequence[str]
    ) -> None:
        self.out_dir = Path(out_dir)
        self.record = record
        self._make_outputs: Callable[[], dict[str, Output]] = partial(make_outputs, outputs, self.out_dir)
        self._files = WrittenFiles(self.out_dir, "inference")
        self._begin()

    def attach(self, engine: Engine) -> None:
        """Write after every batch."""
        engine.add_event_handler(Events.STARTED, self._started)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self)
        engine.add_event_handler(Events.COMPLETED, self._completed)

    def __call__(self, engine: Engine) -> None:
        """Write the films of the batch."""
        state: Any = engine.state
        for item, output in zip(state.batch, state.output, strict=True):
            try:
                with refused_by_name(item["name"], "it has no answer"):
                    self._write(self.record({**item, **output}))
            except RadiographError as error:
                logger.error(f"{error}")
                self.unanswered.append(item["name"])

    def require_complete(self, unreadable: Sequence[str]) -> None:
        """Raise for films that could not be read and outputs that films could not have, when all others are done.

        Args:
            unreadable: names of the films that could not be read.

        Raises:
            RadiographError: naming films and outputs.
        """
        unread = [*unreadable, *self.unanswered]
        films = f"{len(unread)} of {len(unread) + self.written} films could not be read: {', '.join(unread)}"
        outputs = f"{len(self.refused)} outputs could not be written: {', '.join(self.refused)}"
        missing = [sentence for sentence, names in ((films, unread), (outputs, self.refused)) if names]
        if missing:
            raise RadiographError(f"{'; '.join(missing)}; all others are done, the reasons are in the log above")

    def _begin(self) -> None:
        self.outputs = self._make_outputs()
        self.written = 0
        self.unanswered: list[str] = []
        self.refused: list[str] = []

    def _started(self, engine: Engine) -> None:
        self._begin()
        self._files.take_away()

    def _completed(self, engine: Engine) -> None:
        self._files.settle()
        logger.info(f"{self.written} films written to {self.out_dir}")

    def _write(self, result: FilmResult) -> None:
        for warning in result.warnings:
            logger.warning(f"{result.name}: {warning}")
        refused: dict[str, list[str]] = {}
        for name, output in self.outputs.items():
            try:
                with refused_by_name(result.name, "it cannot have this output"):
                    self._leave(output, result)
            except RadiographError as error:
                refused.setdefault(str(error), []).append(name)
        for sentence, outputs in refused.items():
            logger.error(f"{sentence} (not written: {', '.join(outputs)})")
            self.refused += [f"{result.name} ({name})" for name in outputs]
        self.written += 1

    def _leave(self, output: Output, result: FilmResult) -> None:
        files = output.files(result)
        for file in files:
            if os.path.lexists(file) and not self._files.is_known(file):
                raise RadiographError(
                    f"{file} is there already, and no inference is known to have written it; move it away, or choose "
                    "another --output_dir"
                )
        self._files.announce(*files)
        output(result)
        if not output.grows:
            self._files.settle(*files)
