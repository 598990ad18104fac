# SPDX-License-Identifier: Apache-2.0
"""What inference found on one film: the one record that every output is written from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bundle.confidence import Confidence
from bundle.coordinates import in_image
from bundle.measurements import Measured


@dataclass(frozen=True)
class Model:
    """The network that a prediction comes from.

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


@dataclass(frozen=True)
class Prediction:
    """The landmarks of one film.

    Attributes:
        name: The film's file name, with subfolders from the folder that inference was given.
        image: The film's file.
        names: Names of the K landmarks.
        landmarks: `[K, 2]` (x, y) in pixels of the stored image, NaN where missing.
        size: Width X and height Y in pixels.
        spacing: `[2]` (x, y) in mm per pixel, NaN where unknown.
        spacing_provenance: What the spacing means, see `SpacingProvenance`.
        model: The network.
        measurements: What was measured from the landmarks.
        confidence: What error to expect; None where the network is not calibrated.
        not_looked_for: Names of the landmarks that the network never saw, and so has no place for on any film; others
            without a place were looked for.
        warnings: Sentences for whoever uses the results of this film; they name no patient.
    """

    name: str
    image: Path
    names: Sequence[str]
    landmarks: np.ndarray
    size: tuple[int, int]
    spacing: np.ndarray
    spacing_provenance: str
    model: Model
    measurements: tuple[Measured, ...] = ()
    confidence: Confidence | None = None
    not_looked_for: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def expected_errors(self) -> tuple[np.ndarray, np.ndarray]:
        """The error to expect of each landmark, `[K]` in pixels and `[K]` in mm; NaN where unknown."""
        unknown = np.full(len(self.names), np.nan)
        pixels = self.confidence.expected_error if self.confidence else unknown
        # an expected error has no direction: of pixels that are not square the longer side counts
        return pixels, pixels * self.spacing.max()

    def on_film(self) -> list[tuple[str, np.ndarray]]:
        """Names and points `[2]` of the landmarks that lie on the film; missing ones do not."""
        inside = in_image(self.landmarks, self.size)
        return [(name, point) for name, point, shown in zip(self.names, self.landmarks, inside, strict=True) if shown]

    def not_found(self) -> list[str]:
        """Names of the landmarks that were looked for and are not on the film, wherever else they were found."""
        shown = {name for name, _ in self.on_film()}
        return [name for name in self.names if name not in shown and name not in self.not_looked_for]

    def off_film(self) -> list[str]:
        """Names of the landmarks that were found outside the film."""
        outside = np.isfinite(self.landmarks).all(axis=-1) & ~in_image(self.landmarks, self.size)
        return [name for name, beyond in zip(self.names, outside, strict=True) if beyond]
