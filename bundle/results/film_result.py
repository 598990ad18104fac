# SPDX-License-Identifier: Apache-2.0
"""What a network found on one film: the one record that every output and every evaluation is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bundle.confidence import Confidence
from bundle.confidence.verdict import REVIEW
from bundle.coordinates import in_image
from bundle.measurements import Concept, Measured


@dataclass(frozen=True)
class Model:
    """The network that a result comes from.

    Attributes:
        name: Its name.
        version: Version of this bundle.
        weights_sha256: SHA-256 of the weights file in hexadecimal.
        calibration_sha256: That of the file which `run calibrate` left beside it; None without calibration.
        measurements_sha256: That of what is measured; None where nothing is.
    """

    name: str
    version: str
    weights_sha256: str
    calibration_sha256: str | None = None
    measurements_sha256: str | None = None


@dataclass(frozen=True, eq=False)
class FilmResult:
    """The landmarks of one film.

    Attributes:
        name: The film's file name, with subfolders from the folder that inference was given.
        image: The film's file.
        names: Names of the K landmarks.
        landmarks: `[K, 2]` (x, y) in pixels of the stored image, NaN where missing.
        size: Width X and height Y in pixels.
        upright: `[3, 3]` from pixels of the stored image to the film as a person looks at it.
        spacing: `[2]` (x, y) in mm per pixel, NaN where unknown.
        spacing_provenance: What the spacing means, see `SpacingProvenance`.
        model: The network.
        label: `[K, 2]` true landmarks in the same pixels, NaN where missing; None where nobody labelled the film.
        measurements: What was measured from the landmarks.
        confidence: What error to expect; None where the network is not calibrated.
        not_looked_for: Names of the landmarks that the network never saw, and so has no place for on any film; others
            without a place were looked for.
        body_parts: Codes of the body parts on which landmarks lie, by landmark; not every one has one.
        parts: Indices of the landmarks of each repeated part, such as a vertebra, by its name.
        warnings: Sentences for whoever uses the results of this film; they name no patient.
    """

    name: str
    image: Path
    names: tuple[str, ...]
    landmarks: np.ndarray
    size: tuple[int, int]
    upright: np.ndarray
    spacing: np.ndarray
    spacing_provenance: str
    model: Model
    label: np.ndarray | None = None
    measurements: tuple[Measured, ...] = ()
    confidence: Confidence | None = None
    not_looked_for: tuple[str, ...] = ()
    body_parts: Mapping[str, Concept] = field(default_factory=dict)
    parts: Mapping[str, Sequence[int]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def points(self) -> dict[str, np.ndarray]:
        """The landmarks by name, `[2]` each, NaN where missing."""
        return dict(zip(self.names, self.landmarks, strict=True))

    @property
    def true_landmarks(self) -> np.ndarray:
        """`[K, 2]` true landmarks, all NaN where nobody labelled the film."""
        return np.full((len(self.names), 2), np.nan) if self.label is None else self.label

    @property
    def expected_error_px(self) -> np.ndarray:
        """`[K]` error to expect of each landmark in pixels, NaN where unknown."""
        return self.confidence.expected_error if self.confidence else np.full(len(self.names), np.nan)

    @property
    def expected_error_mm(self) -> np.ndarray:
        """`[K]` error to expect of each landmark in millimetres, NaN where unknown."""
        # an expected error has no direction: of pixels that are not square the longer side counts
        millimetres: np.ndarray = self.expected_error_px * self.spacing.max()
        return millimetres

    @property
    def decision(self) -> str | None:
        """`accept` or `review`; None where the network is not calibrated."""
        return self.confidence.decision if self.confidence else None

    @property
    def to_review(self) -> bool:
        """Whether somebody should look at the film."""
        return self.decision == REVIEW

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the film is to be reviewed; empty if it is not."""
        return self.confidence.reasons if self.confidence else ()

    def on_film(self) -> dict[str, np.ndarray]:
        """The landmarks that lie on the film by name, `[2]` each; missing ones do not."""
        inside = in_image(self.landmarks, self.size)
        return {name: point for (name, point), shown in zip(self.points.items(), inside, strict=True) if shown}

    def not_found(self) -> list[str]:
        """Names of the landmarks that were looked for and are not on the film, wherever else they were found."""
        found = self.on_film()
        return [name for name in self.names if name not in found and name not in self.not_looked_for]

    def off_film(self) -> list[str]:
        """Names of the landmarks that were found outside the film."""
        outside = np.isfinite(self.landmarks).all(axis=-1) & ~in_image(self.landmarks, self.size)
        return [name for name, beyond in zip(self.names, outside, strict=True) if beyond]
