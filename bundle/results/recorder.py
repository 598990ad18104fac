# SPDX-License-Identifier: Apache-2.0
"""From what an evaluator found on a film to its record: where MONAI's items end."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from monai.utils import convert_to_numpy

from bundle.confidence import Confidence
from bundle.errors import RadiographError
from bundle.films.burned_in import burned_in_warning
from bundle.measurements import Concept, Definition, measure
from bundle.results.film_result import FilmResult, Model


class Recorder:
    """Makes the records of one model.

    Args:
        names: Names of the K landmarks.
        model: The network that the records are of.
        measurements: What to measure from the landmarks.
        not_looked_for: Names of the landmarks that the network never saw.
        body_parts: Codes of the body parts on which landmarks lie, by landmark.
        parts: Indices of the landmarks of each repeated part, which is called by the words that their names begin with;
            where these do not tell the parts apart, the films have none.
    """

    def __init__(
        self,
        names: Sequence[str],
        model: Model,
        measurements: Sequence[Definition] = (),
        not_looked_for: Sequence[str] = (),
        body_parts: Mapping[str, Concept] | None = None,
        parts: Sequence[Sequence[int]] = (),
    ) -> None:
        self.names = tuple(names)
        self.model = model
        self.measurements = tuple(measurements)
        self.not_looked_for = tuple(not_looked_for)
        self.body_parts = dict(body_parts or {})
        named = {_shared_name([self.names[index] for index in part]): part for part in parts}
        self.parts = named if len(named) == len(parts) and all(named) else {}

    def __call__(self, item: Mapping[str, Any]) -> FilmResult:
        """Make the record of a film for whoever uses it, with warnings.

        Args:
            item: See `film_result`.

        Raises:
            RadiographError: the network found no landmark on the film.
        """
        result = self.film_result(item)
        if not np.isfinite(result.landmarks).any():
            raise RadiographError("the network finds no landmark on it; look at the film")
        return replace(result, warnings=(*item["warnings"].splitlines(), *_warnings(result)))

    def film_result(self, item: Mapping[str, Any]) -> FilmResult:
        """Make the record of a film that is evaluated: whatever was found, without warnings.

        Args:
            item: decollated items of an evaluator's batch and output together: `pred` [K, 2] in pixels of the stored
                image, `label` [K, 2] in the same pixels where there is one, `spacing` [2], `size` [2], `upright`
                [3, 3], `spacing_provenance`, `warnings` of the reader, `name`, `path`, and what `EstimateConfidence`
                adds.
        """
        size = (int(item["size"][0]), int(item["size"][1]))
        landmarks, spacing, upright = (convert_to_numpy(item[key]) for key in ("pred", "spacing", "upright"))
        return FilmResult(
            name=item["name"],
            image=Path(item["path"]),
            names=self.names,
            landmarks=landmarks,
            size=size,
            upright=upright,
            spacing=spacing,
            spacing_provenance=item["spacing_provenance"],
            model=self.model,
            label=convert_to_numpy(item["label"]) if "label" in item else None,
            measurements=measure(self.measurements, self.names, landmarks, spacing, size, upright),
            confidence=Confidence.of_item(item),
            not_looked_for=self.not_looked_for,
            body_parts=self.body_parts,
            parts=self.parts,
        )


def _shared_name(landmarks: Sequence[str]) -> str:
    """The name of a part: the words that the names of its landmarks begin with."""
    words = zip(*(name.split() for name in landmarks), strict=False)
    return " ".join(word for word, *_ in itertools.takewhile(lambda same: len(set(same)) == 1, words))


def _warnings(result: FilmResult) -> list[str]:
    warnings = []
    if burned_in := burned_in_warning(result.image):
        warnings.append(burned_in)
    warnings += [f"review: {reason}" for reason in result.reasons]
    if beyond := result.off_film():
        warnings.append(f"outside the film, and so in no DICOM output: {', '.join(beyond)}")
    return warnings
