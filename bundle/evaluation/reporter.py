# SPDX-License-Identifier: Apache-2.0
"""The handler by which an evaluator leaves its metrics, tables and pictures."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from inspect import signature
from pathlib import Path
from typing import Any

import ignite.distributed as idist
import numpy as np
import torch
from ignite.engine import Engine, Events
from monai.utils import convert_to_numpy

from bundle.confidence import Confidence
from bundle.evaluation.evaluation import KIND, headline, write_evaluation
from bundle.written_files import WrittenFiles

logger = logging.getLogger(__name__)


class EvaluationReporter:
    """Take away what the evaluation before left, gather the films of an evaluator and call `write_evaluation`.

    The decollated items of batch and output hold together `pred` and `label` `[K, 2]` in pixels of the original film,
    `spacing` `[2]`, `size` `[2]`, `upright` `[3, 3]`, `name`, `path` of the image, and what `EstimateConfidence` adds.
    In a distributed run the first process writes, each film once, although samplers repeat some to fill the last batch.

    Args:
        out_dir: Folder to write to.
        names: Names of the K landmarks.
        **settings: of `write_evaluation`: `skeleton`, `synthetic`, `overlays`, `measurements` and others.
    """

    def __init__(self, out_dir: str | Path, names: Sequence[str], **settings: Any) -> None:
        # an unknown one is told before the films are read, not after
        signature(write_evaluation).bind((), names, out_dir, **settings)
        self.out_dir = out_dir
        self.names = names
        self.settings = settings
        self._records: list[dict[str, Any]] = []

    def attach(self, engine: Engine) -> None:
        """Report at the end of each run of the evaluator."""
        engine.add_event_handler(Events.EPOCH_STARTED, self._start)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._gather)
        engine.add_event_handler(Events.EPOCH_COMPLETED, self)

    def __call__(self, engine: Engine) -> None:
        """Write the evaluation of all films gathered."""
        records = self._of_all_processes()
        if idist.get_rank() == 0:
            metrics = write_evaluation(records, self.names, self.out_dir, **self.settings)
            logger.info(f"{headline(metrics)}; written to {self.out_dir}")

    def _start(self, _engine: Engine) -> None:
        self._records = []
        if idist.get_rank() == 0:
            WrittenFiles(self.out_dir, KIND).take_away()

    def _gather(self, engine: Engine) -> None:
        state: Any = engine.state
        for item, output in zip(state.batch, state.output, strict=True):
            self._records.append(_record({**item, **output}))

    def _of_all_processes(self) -> list[dict[str, Any]]:
        gathered: Any = idist.all_gather(self._records) if idist.get_world_size() > 1 else [self._records]
        return list({record["name"]: record for records in gathered for record in records}.values())


def _record(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": item["name"],
        "image": item["path"],
        "landmarks": _array(item["pred"]),
        "label": _array(item["label"]),
        "spacing": _array(item["spacing"]),
        "size": tuple(int(side) for side in item["size"]),
        "upright": _array(item["upright"]),
        "confidence": Confidence.of_item(item),
    }


def _array(value: torch.Tensor | np.ndarray) -> np.ndarray:
    array: np.ndarray = convert_to_numpy(value)
    return array
