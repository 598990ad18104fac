# SPDX-License-Identifier: Apache-2.0
"""The handler by which inference leaves its outputs, as soon as a film is done."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from ignite.engine import Engine, Events
from monai.utils import convert_to_numpy

from bundle.confidence import Confidence, confidence_file
from bundle.errors import RadiographError
from bundle.files import sha256_of
from bundle.films.burned_in import burned_in_warning
from bundle.films.refusal import refused_by_name
from bundle.measurements import Definition, definitions_sha256, measure
from bundle.outputs.outputs import Output, make_outputs
from bundle.outputs.prediction import Model, Prediction
from bundle.written_files import WrittenFiles

logger = logging.getLogger(__name__)


class PredictionWriter:
    """Write the outputs of each film into a folder, which keeps the films' own subfolders.

    The decollated items of batch and output hold together `pred` [K, 2] in pixels of the stored image, `spacing` [2],
    `size` [2], `upright` [3, 3], `spacing_provenance`, `warnings` of the reader, `name`, `path`, and what
    `EstimateConfidence` adds. An output that a film cannot have is logged, remembered and passed over, and so is a film
    that has no answer. What the run before left in the folder is taken away when a run begins, see `WrittenFiles`.

    Args:
        out_dir: Folder to write to.
        names: Names of the K landmarks.
        outputs: What to write, names of `bundle.outputs.outputs.OUTPUTS`.
        model: Name of the model.
        version: Version of the model.
        weights: Weights file, the hash of whose calibration goes into every result.
        weights_sha256: Its own hash, which goes there too.
        measurements: What to measure from the landmarks.
        not_looked_for: Names of the landmarks that the network never saw.

    Raises:
        ConfigurationError: an output is unknown, or needs a library that is not installed.
    """

    def __init__(
        self,
        out_dir: str | Path,
        names: Sequence[str],
        outputs: str | Sequence[str],
        model: str,
        version: str,
        weights: str | Path,
        weights_sha256: str,
        measurements: Sequence[Definition] = (),
        not_looked_for: Sequence[str] = (),
    ) -> None:
        self.out_dir = Path(out_dir)
        self.names = names
        self.measurements = measurements
        self.not_looked_for = tuple(not_looked_for)
        calibration = confidence_file(weights)
        calibration_sha256 = sha256_of(calibration) if calibration.is_file() else None
        self.model = Model(model, version, weights_sha256, calibration_sha256, definitions_sha256(measurements))
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
                    self._write(self._prediction({**item, **output}))
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

    def _prediction(self, item: Mapping[str, Any]) -> Prediction:
        width, height = (int(side) for side in item["size"])
        landmarks, spacing = convert_to_numpy(item["pred"]), convert_to_numpy(item["spacing"])
        if not np.isfinite(landmarks).any():
            raise RadiographError("the network finds no landmark on it; look at the film")
        prediction = Prediction(
            name=item["name"],
            image=Path(item["path"]),
            names=self.names,
            landmarks=landmarks,
            size=(width, height),
            spacing=spacing,
            spacing_provenance=item["spacing_provenance"],
            model=self.model,
            not_looked_for=self.not_looked_for,
            confidence=Confidence.of_item(item),
            measurements=measure(self.measurements, self.names, landmarks, spacing, (width, height), item["upright"]),
        )
        return replace(prediction, warnings=(*item["warnings"].splitlines(), *_warnings(prediction)))

    def _write(self, prediction: Prediction) -> None:
        for warning in prediction.warnings:
            logger.warning(f"{prediction.name}: {warning}")
        refused: dict[str, list[str]] = {}
        for name, output in self.outputs.items():
            try:
                with refused_by_name(prediction.name, "it cannot have this output"):
                    self._leave(output, prediction)
            except RadiographError as error:
                refused.setdefault(str(error), []).append(name)
        for sentence, outputs in refused.items():
            logger.error(f"{sentence} (not written: {', '.join(outputs)})")
            self.refused += [f"{prediction.name} ({name})" for name in outputs]
        self.written += 1

    def _leave(self, output: Output, prediction: Prediction) -> None:
        files = output.files(prediction)
        for file in files:
            if os.path.lexists(file) and not self._files.is_known(file):
                raise RadiographError(
                    f"{file} is there already, and no inference is known to have written it; move it away, or choose "
                    "another --output_dir"
                )
        self._files.announce(*files)
        output(prediction)
        if not output.grows:
            self._files.settle(*files)


def _warnings(prediction: Prediction) -> list[str]:
    warnings = []
    if burned_in := burned_in_warning(prediction.image):
        warnings.append(burned_in)
    if prediction.confidence:
        warnings += [f"review: {reason}" for reason in prediction.confidence.reasons]
    if beyond := prediction.off_film():
        warnings.append(f"outside the film, and so in no DICOM output: {', '.join(beyond)}")
    return warnings
