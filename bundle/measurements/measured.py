# SPDX-License-Identifier: Apache-2.0
"""The value of each measurement on a film."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bundle.coordinates import moved
from bundle.measurements.definition import Definition
from bundle.measurements.rules import OfMeasurements

IN_PIXELS = {"mm": "px", "mm2": "px2"}
"""What a unit becomes where the spacing is unknown."""

STORED_UPRIGHT = np.eye(3)
"""Of a film that is stored as a person looks at it."""


@dataclass(frozen=True)
class Measured:
    """A measurement of one film.

    Attributes:
        definition: What was measured.
        value: Its value, NaN where a landmark is missing or the points allow no measurement.
        unit: mm, px, mm2, px2, degree or ratio.
    """

    definition: Definition
    value: float
    unit: str

    @property
    def name(self) -> str:
        """Name of the measurement."""
        return self.definition.name


def measure(
    definitions: Sequence[Definition],
    names: Sequence[str],
    landmarks: ArrayLike,
    spacing: ArrayLike,
    size: tuple[int, int],
    upright: ArrayLike = STORED_UPRIGHT,
) -> tuple[Measured, ...]:
    """Measure a film, upright.

    Where the spacing is known, everything but px and px2 is computed in millimetres, so that pixels need not be square;
    else in pixels, which are then taken to be square.

    Args:
        definitions: What to measure; their landmarks are among `names`.
        names: Names of the K landmarks.
        landmarks: `[K, 2]` (x, y) in pixels of the stored image, NaN where missing.
        spacing: `[2]` (x, y) in mm per pixel, NaN where unknown.
        size: Width X and height Y of the stored image in pixels.
        upright: Homogeneous matrix `[3, 3]` from pixels of the stored image to the film as a person looks at it.
    """
    turn = np.asarray(upright, dtype=np.float64)
    pixels = moved(landmarks, turn)
    sides = np.abs(turn[:2, :2]).argmax(axis=1)  # of the stored image, along x and y upright
    scale = np.asarray(spacing, dtype=np.float64)[sides]
    height = float(np.asarray(size)[sides][1])
    known = bool(np.isfinite(scale).all())
    in_pixels = _Plane(dict(zip(names, pixels, strict=True)), height)
    plane = _Plane(dict(zip(names, pixels * scale, strict=True)), height * float(scale[1])) if known else in_pixels
    measured: dict[str, Measured] = {}
    for definition in definitions:
        unit = definition.unit if known else IN_PIXELS.get(definition.unit, definition.unit)
        if isinstance(definition, OfMeasurements):
            value = definition.formula(*(measured[name].value for name in definition.of))
        else:
            value = (in_pixels if unit in IN_PIXELS.values() else plane).value(definition)
        measured[definition.name] = Measured(definition, value, unit)
    return tuple(measured.values())


@dataclass(frozen=True)
class _Plane:
    """The landmarks of a film in pixels or in millimetres."""

    points: Mapping[str, np.ndarray]
    height: float

    def value(self, definition: Definition) -> float:
        arrays: dict[str, Any] = {field: self._array(names) for field, names in definition.fields.items()}
        if not all(np.isfinite(array).all() for array in arrays.values()):
            return math.nan
        return definition.formula(**arrays, **({"height": self.height} if definition.of_film else {}))

    def _array(self, names: Any) -> np.ndarray:
        if isinstance(names, str):
            return self.points[names]
        return np.stack([self._array(inner) for inner in names])
