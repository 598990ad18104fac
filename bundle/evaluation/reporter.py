# SPDX-License-Identifier: Apache-2.0
"""The handler by which an evaluator leaves its metrics, tables and pictures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from inspect import signature
from pathlib import Path
from typing import Any

import ignite.distributed as idist
from ignite.engine import Engine, Events

from bundle.evaluation.evaluation import KIND, headline, write_evaluation
from bundle.results.film_result import FilmResult
from bundle.written_files import WrittenFiles

logger = logging.getLogger(__name__)


class EvaluationReporter:
    """Take away what the evaluation before left, gather the films of an evaluator and call `write_evaluation`.

    In a distributed run the first process writes, each film once, although samplers repeat some to fill the last batch.

    Args:
        out_dir: Folder to write to.
        record: Makes the record of a film from the decollated items of batch and output, taken together.
        **settings: of `write_evaluation`: `skeleton`, `synthetic`, `overlays` and others.
    """

    def __init__(self, out_dir: str | Path, record: Callable[[Mapping[str, Any]], FilmResult], **settings: Any) -> None:
        # an unknown one is told before the films are read, not after
        signature(write_evaluation).bind((), out_dir, **settings)
        self.out_dir = out_dir
        self.record = record
        self.settings = settings
        self._results: list[FilmResult] = []

    def attach(self, engine: Engine) -> None:
        """Report at the end of each run of the evaluator."""
        engine.add_event_handler(Events.EPOCH_STARTED, self._start)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._gather)
        engine.add_event_handler(Events.EPOCH_COMPLETED, self)

    def __call__(self, engine: Engine) -> None:
        """Write the evaluation of all films gathered."""
        results = self._of_all_processes()
        if idist.get_rank() == 0:
            metrics = write_evaluation(results, self.out_dir, **self.settings)
            logger.info(f"{headline(metrics)}; written to {self.out_dir}")

    def _start(self, _engine: Engine) -> None:
        self._results = []
        if idist.get_rank() == 0:
            WrittenFiles(self.out_dir, KIND).take_away()

    def _gather(self, engine: Engine) -> None:
        state: Any = engine.state
        for item, output in zip(state.batch, state.output, strict=True):
            self._results.append(self.record({**item, **output}))

    def _of_all_processes(self) -> list[FilmResult]:
        gathered: Any = idist.all_gather(self._results) if idist.get_world_size() > 1 else [self._results]
        return list({result.name: result for results in gathered for result in results}.values())
