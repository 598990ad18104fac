# SPDX-License-Identifier: Apache-2.0
"""From what an evaluator found on a film to its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from monai.utils import convert_to_numpy

from bundle.confidence import Confidence
from bundle.errors import RadiographError
from bundle.films.burned_in import burned_in_warning
from bundle.measurements import Definition, measure
from bundle.outputs.prediction import Model, Prediction


class Recorder:
    """Makes the records of one model.

    Args:
        names: Names of the K landmarks.
        model: The network that the records are of.
        measurements: What to measure from the landmarks.
        not_looked_for: Names of the landmarks that the network never saw.
    """

    def __init__(
        self,
        names: Sequence[str],
        model: Model,
        measurements: Sequence[Definition] = (),
        not_looked_for: Sequence[str] = (),
    ) -> None:
        self.names = tuple(names)
        self.model = model
        self.measurements = tuple(measurements)
        self.not_looked_for = tuple(not_looked_for)

    def __call__(self, item: Mapping[str, Any]) -> Prediction:
        """Make the record of one film.

        Args:
            item: decollated items of an evaluator's batch and output together: `pred` [K, 2] in pixels of the stored
                image, `spacing` [2], `size` [2], `upright` [3, 3], `spacing_provenance`, `warnings` of the reader,
                `name`, `path`, and what `EstimateConfidence` adds.

        Raises:
            RadiographError: the network found no landmark on the film.
        """
        size = (int(item["size"][0]), int(item["size"][1]))
        landmarks, spacing = convert_to_numpy(item["pred"]), convert_to_numpy(item["spacing"])
        if not np.isfinite(landmarks).any():
            raise RadiographError("the network finds no landmark on it; look at the film")
        prediction = Prediction(
            name=item["name"],
            image=Path(item["path"]),
            names=self.names,
            landmarks=landmarks,
            size=size,
            spacing=spacing,
            spacing_provenance=item["spacing_provenance"],
            model=self.model,
            not_looked_for=self.not_looked_for,
            confidence=Confidence.of_item(item),
            measurements=measure(self.measurements, self.names, landmarks, spacing, size, item["upright"]),
        )
        return replace(prediction, warnings=(*item["warnings"].splitlines(), *_warnings(prediction)))


def _warnings(prediction: Prediction) -> list[str]:
    warnings = []
    if burned_in := burned_in_warning(prediction.image):
        warnings.append(burned_in)
    if prediction.confidence:
        warnings += [f"review: {reason}" for reason in prediction.confidence.reasons]
    if beyond := prediction.off_film():
        warnings.append(f"outside the film, and so in no DICOM output: {', '.join(beyond)}")
    return warnings
