# SPDX-License-Identifier: Apache-2.0
"""The handler by which inference leaves one JSON and one overlay a film, as soon as the film is done."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ignite.engine import Engine, Events
from monai.utils import convert_to_numpy

from bundle.reports.overlay import write_overlay
from bundle.reports.prediction_json import write_prediction

logger = logging.getLogger(__name__)


class PredictionWriter:
    """Write `<film>.json` and `<film>.jpg` into a folder, which keeps the films' own subfolders.

    The decollated items of batch and output hold together `pred` [K, 2] in pixels of the stored image, `spacing` [2],
    `size` [2], `spacing_provenance`, `name` and `path`.

    Args:
        out_dir: Folder to write to.
        names: Names of the K landmarks.
        model: Name of the model.
        version: Version of the model.
        weights: Weights file, whose hash goes into every result.
    """

    def __init__(
        self, out_dir: str | Path, names: Sequence[str], model: str, version: str, weights: str | Path
    ) -> None:
        self.out_dir = Path(out_dir)
        self.names = names
        self.model = model
        self.version = version
        self.weights_sha256 = hashlib.sha256(Path(weights).read_bytes()).hexdigest()
        self.written = 0

    def attach(self, engine: Engine) -> None:
        """Write after every batch."""
        engine.add_event_handler(Events.ITERATION_COMPLETED, self)
        engine.add_event_handler(Events.COMPLETED, self._completed)

    def __call__(self, engine: Engine) -> None:
        """Write the films of the batch."""
        state: Any = engine.state
        for item, output in zip(state.batch, state.output, strict=True):
            self._write({**item, **output})

    def _completed(self, engine: Engine) -> None:
        logger.info(f"{self.written} films written to {self.out_dir}")

    def _write(self, item: Mapping[str, Any]) -> None:
        record = {
            "name": item["name"],
            "image": item["path"],
            "landmarks": convert_to_numpy(item["pred"]),
            "label": None,
            "spacing": convert_to_numpy(item["spacing"]),
            "spacing_provenance": item["spacing_provenance"],
            "size": tuple(int(side) for side in item["size"]),
        }
        # The full file name stays in the result's, so that a.dcm and a.png do not overwrite each other.
        stem = self.out_dir / item["name"]
        write_prediction(
            stem.with_name(f"{stem.name}.json"), record, self.names, self.model, self.version, self.weights_sha256
        )
        write_overlay(record, stem.with_name(f"{stem.name}.jpg"))
        self.written += 1
