# SPDX-License-Identifier: Apache-2.0
"""The rules a measurement file can name: which fields each needs, in which units it can be given, and its formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from bundle.measurements import geometry
from bundle.measurements.cobb import cobb_angles

ANY = None
"""A length in the shape of a field that the file chooses."""

LENGTHS = ("mm", "px")
AREAS = ("mm2", "px2")
DEGREES = ("degree",)


@dataclass(frozen=True)
class Rule:
    """How a measurement follows from landmarks, or from measurements before it in the file.

    Attributes:
        units: Units that the file can choose from.
        formula: Takes each field as an array `[*shape, 2]`, and `height` of the film where `of_film`; for a rule of
            measurements, two values.
        fields: Shape of the nested lists of landmark names in each field; empty for a rule of measurements.
        least: Fewest entries of a list whose length the file chooses.
        of_film: Whether the formula also takes the height of the film.
    """

    units: tuple[str, ...]
    formula: Callable[..., float]
    fields: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    least: int = 1
    of_film: bool = False


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else float("nan")


def _difference(first: float, second: float) -> float:
    return first - second


def _cobb(part: str) -> Rule:
    def formula(vertebrae: np.ndarray, height: float) -> float:
        return float(getattr(cobb_angles(vertebrae, height), part))

    return Rule(DEGREES, formula, {"vertebrae": (ANY, 4)}, least=2, of_film=True)


RULES = {
    "distance": Rule(LENGTHS, geometry.distance, {"points": (2,)}),
    "projected_distance": Rule(LENGTHS, geometry.projected_distance, {"points": (2,), "line": (2,)}),
    "signed_distance": Rule(LENGTHS, geometry.signed_distance, {"point": (), "line": (2,), "negative_side": ()}),
    "angle": Rule(DEGREES, geometry.angle, {"lines": (2, 2)}),
    "angle_from_perpendicular": Rule(DEGREES, geometry.angle_from_perpendicular, {"lines": (2, 2)}),
    "area": Rule(AREAS, geometry.area, {"points": (ANY,)}, least=3),
    "ratio": Rule(("ratio",), _ratio),
    "difference": Rule((*LENGTHS, *AREAS, *DEGREES, "ratio"), _difference),
    "cobb_mt": _cobb("mt"),
    "cobb_pt": _cobb("pt"),
    "cobb_tl_l": _cobb("tl_l"),
}

COBB = ("cobb_mt", "cobb_pt", "cobb_tl_l")
"""The three angles whose agreement AASCE gives as one SMAPE."""
