# SPDX-License-Identifier: Apache-2.0
"""Known values, and what each rule must not depend on."""

from __future__ import annotations

from collections.abc import Callable

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from bundle.measurements import geometry

POINTS = arrays(np.float64, (5, 2), elements=st.integers(-50, 50).map(float))
RULES: dict[str, tuple[Callable[[np.ndarray], float], int]] = {
    "distance": (lambda p: geometry.distance(p[:2]), 1),
    "projected_distance": (lambda p: geometry.projected_distance(p[:2], p[2:4]), 1),
    "signed_distance": (lambda p: geometry.signed_distance(p[0], p[1:3], p[3]), 1),
    "angle": (lambda p: geometry.angle(p[:4].reshape(2, 2, 2)), 0),
    "angle_from_perpendicular": (lambda p: geometry.angle_from_perpendicular(p[:4].reshape(2, 2, 2)), 0),
    "area": (geometry.area, 2),
}
"""Each rule of five points, and the power of the scale by which it grows."""


@pytest.mark.parametrize("rule", RULES)
@settings(deadline=None, max_examples=50)
@given(POINTS, st.floats(-180, 180), st.sampled_from([1, -1]), st.floats(0.1, 10), st.integers(-100, 100))
def test_place_and_direction_do_not_matter_and_scale_as_it_must(
    rule: str, points: np.ndarray, degrees: float, mirror: int, scale: float, shift: int
) -> None:
    compute, power = RULES[rule]
    turn = np.deg2rad(degrees)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.diag([mirror, 1])
    value, moved = compute(points), compute(scale * (points + shift) @ matrix.T)
    if np.isnan(value):
        return  # no line, or no side: rounding can make one of it
    assert moved == pytest.approx(scale**power * value, abs=1e-6)


@pytest.mark.parametrize("rule", RULES)
def test_missing_points_give_nan(rule: str) -> None:
    assert np.isnan(RULES[rule][0](np.full((5, 2), np.nan)))


def test_known_values() -> None:
    horizontal = np.array([[0.0, 0], [10, 0]])
    assert geometry.distance(np.array([[1.0, 1], [4, 5]])) == 5
    assert geometry.angle(np.array([horizontal, [[3, 3], [3, 9]]])) == pytest.approx(90)
    assert geometry.angle(np.array([horizontal, [[3, 3], [0, 0]]])) == pytest.approx(135)
    assert geometry.angle_from_perpendicular(np.array([horizontal, [[0, 0], [1, -np.sqrt(3)]]])) == pytest.approx(30)
    assert geometry.angle_from_perpendicular(np.array([horizontal, [[0, 0], [-1, -1]]])) == pytest.approx(-45)
    above, below = np.array([4.0, -3]), np.array([9.0, 2])
    assert geometry.signed_distance(above, horizontal, below) == 3
    assert geometry.signed_distance(above, horizontal, above) == -3
    assert geometry.signed_distance(above, horizontal[::-1], below) == 3
    assert geometry.projected_distance(np.array([[2.0, 9], [7, 1]]), horizontal) == 5
    assert geometry.projected_distance(np.array([[7.0, 1], [2, 9]]), horizontal) == -5
    assert geometry.area(np.array([[0.0, 0], [4, 0], [4, 3], [0, 3]])) == 12


def test_what_has_no_direction_or_no_side_is_nan() -> None:
    point, line = np.array([[1.0, 1], [1, 1]]), np.array([[0.0, 0], [1, 0]])
    assert np.isnan(geometry.angle(np.array([point, line])))
    assert np.isnan(geometry.projected_distance(line, point))
    assert np.isnan(geometry.signed_distance(line[0], line, line[1]))
    assert np.isnan(geometry.signed_distance(line[0], point, line[1]))
