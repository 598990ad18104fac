# SPDX-License-Identifier: Apache-2.0
"""Cobb angles of spines whose tilts are known."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from bundle.films.orientation import EXIF, Orientation
from bundle.measurements import measure
from bundle.measurements.cobb import cobb_angles
from bundle.measurements.rules import COBB, CobbAngle

HEIGHT = 1000.0


def spine(tilts: list[float], top: float = 50, pitch: float = 50) -> np.ndarray:
    """Corners of vertebrae stacked along a curve that is perpendicular to each of them, tilts in degrees."""
    centre, vertebrae = np.array([300.0, top]), []
    for tilt in np.deg2rad(tilts):
        across, down = np.array([np.cos(tilt), np.sin(tilt)]), np.array([-np.sin(tilt), np.cos(tilt)])
        vertebrae.append([centre + x * across + y * down for y in (-15, 15) for x in (-25, 25)])
        centre = centre + pitch * down
    return np.array(vertebrae)


def test_c_shape_reaches_to_the_first_and_the_last_vertebra() -> None:
    """All on one side of the chord: tilts rise once, so the main curve is the whole spine."""
    angles = cobb_angles(spine([-20, -15, -5, 0, 5, 10, 18]), HEIGHT)
    assert angles == pytest.approx((38, 0, 0), abs=1e-4)
    angles = cobb_angles(spine([-18, -20, -15, -5, 0, 5, 10, 18, 15]), HEIGHT)
    assert angles == pytest.approx((38, 2, 3), abs=1e-4)


S_SHAPE = [0, 10, 25, 10, -15, -5, 8, 0]


def test_s_shape_in_the_upper_half_looks_above_and_below() -> None:
    angles = cobb_angles(spine(S_SHAPE), HEIGHT)
    assert angles == pytest.approx((40, 25, 23), abs=1e-4)


def test_s_shape_in_the_lower_half_looks_above_twice() -> None:
    tilts = [4, -8, 5, 20, 5, -20, -5]
    angles = cobb_angles(spine(tilts, top=600), HEIGHT)
    assert angles == pytest.approx((40, 28, 12), abs=1e-4)
    assert cobb_angles(spine(tilts, top=50), HEIGHT)[:2] == pytest.approx(angles[:2])
    assert cobb_angles(spine(tilts, top=50), HEIGHT).tl_l == pytest.approx(15, abs=1e-4)


@pytest.mark.parametrize("orientation", EXIF.values())
def test_a_film_that_is_stored_turned_is_measured_as_it_is_looked_at(orientation: Orientation) -> None:
    """The lower curve of an S follows from whether the main one lies in the upper half, and has other ends there."""
    shown, stored = (600, 1000), orientation.shown_size((600, 1000))
    corners = spine([4, -8, 5, 20, 5, -20, -5], top=600)
    names = [f"{level} {corner}" for level in range(7) for corner in range(4)]
    vertebrae = [names[4 * level : 4 * level + 4] for level in range(7)]
    definitions = [CobbAngle(name=part, rule=part, unit="degree", vertebrae=vertebrae) for part in COBB]
    points = orientation.points_to_stored(corners.reshape(-1, 2), stored)
    upright = np.linalg.inv(orientation.to_stored(stored))
    found = measure(definitions, names, points, (0.1, 0.1), stored, upright)
    assert [result.value for result in found] == pytest.approx((40, 28, 12), abs=1e-4)
    assert orientation.shown_size(stored) == shown


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(-40, 40), min_size=17, max_size=17), st.floats(-5, 5), st.sampled_from([0.25, 2, 8]))
def test_the_main_curve_is_the_range_of_tilts_whatever_the_scale_and_the_slope(
    tilts: list[float], slope: float, scale: float
) -> None:
    vertebrae = spine(tilts)
    angles = cobb_angles(scale * vertebrae, scale * HEIGHT)
    assert angles.mt == pytest.approx(max(tilts) - min(tilts), abs=1e-3)
    assert all(0 <= angle <= angles.mt + 1e-9 for angle in angles)
    assert angles == cobb_angles(vertebrae, HEIGHT)  # powers of two round nothing, so that ties stay ties
    turn = np.deg2rad(slope)
    rotated = vertebrae @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    assert cobb_angles(rotated, HEIGHT).mt == pytest.approx(angles.mt, abs=1e-3)


def test_a_missing_corner_leaves_all_unknown() -> None:
    vertebrae = spine(S_SHAPE)
    vertebrae[3, 2] = np.nan
    assert np.isnan(cobb_angles(vertebrae, HEIGHT)).all()
