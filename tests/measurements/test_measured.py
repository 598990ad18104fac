# SPDX-License-Identifier: Apache-2.0
"""Units, spacing and missing landmarks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bundle.measurements import Definition, measure
from bundle.measurements.parsing import MeasurementFile

NAMES = ("p", "q", "r")
POINTS = np.array([[0, 0], [30, 40], [30, 0]], dtype=np.float32)
UNKNOWN = (math.nan, math.nan)


def definition(name: str, rule: str, unit: str, **fields: object) -> Definition:
    entry = {"name": name, "rule": rule, "unit": unit, **fields}
    return MeasurementFile.model_validate({"measurements": [entry]}).measurements[0]


DEFINITIONS = (
    definition("length", "distance", "mm", points=("p", "q")),
    definition("in pixels", "distance", "px", points=("p", "q")),
    definition("angle", "angle", "degree", lines=(("p", "r"), ("p", "q"))),
    definition("area", "area", "mm2", points=("p", "q", "r")),
    definition("base", "distance", "mm", points=("p", "r")),
    definition("ratio", "ratio", "ratio", of=("base", "length")),
    definition("rest", "difference", "mm", of=("length", "base")),
)


def values(spacing: tuple[float, float], points: np.ndarray = POINTS) -> dict[str, tuple[float, str]]:
    return {
        result.name: (result.value, result.unit) for result in measure(DEFINITIONS, NAMES, points, spacing, (64, 64))
    }


def test_millimetres_where_the_spacing_is_known_in_each_direction() -> None:
    """At 0.1 x 0.3 mm the triangle is 3 by 12 mm."""
    found = values((0.1, 0.3))
    hypotenuse = math.hypot(3, 12)
    expected = {
        "length": (hypotenuse, "mm"),
        "in pixels": (50, "px"),
        "angle": (math.degrees(math.atan2(12, 3)), "degree"),
        "area": (18, "mm2"),
        "base": (3, "mm"),
        "ratio": (3 / hypotenuse, "ratio"),
        "rest": (hypotenuse - 3, "mm"),
    }
    assert {name: unit for name, (_, unit) in found.items()} == {name: unit for name, (_, unit) in expected.items()}
    assert {name: value for name, (value, _) in found.items()} == pytest.approx(
        {name: value for name, (value, _) in expected.items()}
    )


def test_pixels_where_it_is_not() -> None:
    found = values(UNKNOWN)
    assert found["length"] == found["in pixels"] == (50, "px")
    assert found["area"] == (600, "px2")
    assert found["rest"] == (20, "px")
    assert found["ratio"] == (pytest.approx(0.6), "ratio")
    assert found["angle"] == (pytest.approx(math.degrees(math.atan2(40, 30))), "degree")


@pytest.mark.parametrize("lost", [math.nan, math.inf])
def test_a_missing_landmark_costs_what_needs_it_and_no_more(lost: float) -> None:
    found = values((0.1, 0.3), np.array([[0, 0], [lost, lost], [30, 0]]))
    assert [name for name, (value, _) in found.items() if not math.isnan(value)] == ["base"]


def test_a_ratio_to_nothing_is_unknown() -> None:
    assert math.isnan(values(UNKNOWN, np.zeros((3, 2)))["ratio"][0])
