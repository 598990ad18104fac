# SPDX-License-Identifier: Apache-2.0
"""The rules a measurement file can name: which fields each needs, in which units it can be given, and its formula.

A formula takes each field as an array of the same nesting, `[*shape, 2]`; of a rule of measurements, two values.
"""

from __future__ import annotations

import operator
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from bundle.measurements import geometry
from bundle.measurements.cobb import cobb_angles
from bundle.measurements.definition import Definition

Length = Literal["mm", "px"]
Area = Literal["mm2", "px2"]
Degree = Literal["degree"]

Pair = tuple[str, str]


class Distance(Definition):
    """Length from the first point to the second."""

    rule: Literal["distance"]
    unit: Length
    points: Pair
    formula = staticmethod(geometry.distance)


class ProjectedDistance(Definition):
    """Length along a line; negative against its direction."""

    rule: Literal["projected_distance"]
    unit: Length
    points: Pair
    line: Pair
    formula = staticmethod(geometry.projected_distance)


class SignedDistance(Definition):
    """Distance of a point from a line; negative on the side of the landmark `negative_side`."""

    rule: Literal["signed_distance"]
    unit: Length
    point: str
    line: Pair
    negative_side: str
    formula = staticmethod(geometry.signed_distance)


class Angle(Definition):
    """Angle between the directions of two lines, 0 to 180."""

    rule: Literal["angle"]
    unit: Degree
    lines: tuple[Pair, Pair]
    formula = staticmethod(geometry.angle)


class AngleFromPerpendicular(Definition):
    """Lean of the second line from the perpendicular of the first; positive towards the first's direction."""

    rule: Literal["angle_from_perpendicular"]
    unit: Degree
    lines: tuple[Pair, Pair]
    formula = staticmethod(geometry.angle_from_perpendicular)


class PolygonArea(Definition):
    """Area of a polygon."""

    rule: Literal["area"]
    unit: Area
    points: Annotated[tuple[str, ...], Field(min_length=3)]
    formula = staticmethod(geometry.area)


class CobbAngle(Definition):
    """A Cobb angle as in AASCE 2019, of vertebrae from above."""

    of_film: ClassVar[bool] = True

    rule: Literal["cobb_mt", "cobb_pt", "cobb_tl_l"]
    unit: Degree
    vertebrae: Annotated[tuple[tuple[str, str, str, str], ...], Field(min_length=2)]
    """Upper left, upper right, lower left and lower right corner of each."""

    def formula(self, vertebrae: np.ndarray, height: float) -> float:
        """The angle that the rule names."""
        return float(getattr(cobb_angles(vertebrae, height), self.rule.removeprefix("cobb_")))


class OfMeasurements(Definition):
    """A rule of two measurements that stand before it in the file."""

    of: Pair
    """Their names."""

    @property
    def fields(self) -> dict[str, Any]:
        """No landmarks of its own."""
        return {}


class Ratio(OfMeasurements):
    """First through second."""

    rule: Literal["ratio"]
    unit: Literal["ratio"]

    @staticmethod
    def formula(first: float, second: float) -> float:
        """NaN where the second is 0."""
        return first / second if second else float("nan")


class Difference(OfMeasurements):
    """First minus second, in the unit of both."""

    rule: Literal["difference"]
    unit: Length | Area | Degree | Literal["ratio"]
    formula = staticmethod(operator.sub)


Measurement = Annotated[
    Distance
    | ProjectedDistance
    | SignedDistance
    | Angle
    | AngleFromPerpendicular
    | PolygonArea
    | CobbAngle
    | Ratio
    | Difference,
    Field(discriminator="rule"),
]

COBB = ("cobb_mt", "cobb_pt", "cobb_tl_l")
"""The three angles whose agreement AASCE gives as one SMAPE."""
