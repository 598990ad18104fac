# SPDX-License-Identifier: Apache-2.0
"""A point appears on the film where the geometry says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.synthetic.bone import Template
from bundle.synthetic.geometry import ConeBeam, rotation
from bundle.synthetic.implicit import ellipsoid
from bundle.synthetic.surface import Solid, line_integrals

BALL = Template.of(ellipsoid((0, 0, 0), (1, 1, 1)), (-1.4,) * 3, (1.4,) * 3, 0.15, 0.1)
COORDINATE = st.floats(-60, 60)


def tilted_beam(tilt: float, offset: float, from_behind: bool = False) -> ConeBeam:
    turn = rotation("y", tilt) @ rotation("x", tilt / 2)
    back = -1.0 if from_behind else 1.0
    return ConeBeam(
        source=turn @ np.array([offset, -900.0 * back, 10.0]),
        centre=turn @ np.array([0, 150.0 * back, -5.0]),
        x_axis=turn @ [1.0, 0, 0],
        y_axis=turn @ [0, 0, -1.0],
        pixel=0.7,
        columns=300,
        rows=260,
    )


@settings(deadline=None, max_examples=40)
@given(COORDINATE, COORDINATE, COORDINATE, st.floats(-10, 10), st.floats(-40, 40), st.booleans())
def test_a_small_dense_ball_shows_at_its_projected_pixel(
    x: float, y: float, z: float, tilt: float, offset: float, from_behind: bool
) -> None:
    beam = tilted_beam(tilt, offset, from_behind)
    centre = np.array([x, y, z])
    shadow = line_integrals([Solid(BALL.topology, 3 * BALL.vertices + centre, 5.0)], beam)
    rows, columns = np.indices(shadow.shape)
    centroid = np.array([(shadow * columns).sum(), (shadow * rows).sum()]) / shadow.sum()
    (expected,), _ = beam.project(centre[None])
    assert shadow.min() > -1e-6
    assert centroid == pytest.approx(expected, abs=0.08)


def test_magnification_is_the_ratio_of_distances() -> None:
    beam = tilted_beam(0, 0)
    pixels, depth = beam.project(np.array([[0.0, 0, 0], [10.0, 0, 0], [0, 0, 10.0]]))
    assert depth == pytest.approx([900, 900, 900])
    assert pixels[1] - pixels[0] == pytest.approx([10 * 1050 / 900 / 0.7, 0])
    assert pixels[2] - pixels[0] == pytest.approx([0, -10 * 1050 / 900 / 0.7])


def test_obliquity_is_the_length_of_a_pixels_ray_per_depth() -> None:
    beam = tilted_beam(7, 30)
    pixel = beam.centre + (3 - 149.5) * 0.7 * beam.x_axis + (250 - 129.5) * 0.7 * beam.y_axis
    assert beam.obliquity[250, 3] == pytest.approx(
        np.linalg.norm(pixel - beam.source) / beam.source_to_detector, rel=1e-9
    )


@pytest.mark.parametrize(("axis", "start", "end"), [("x", 1, 2), ("y", 2, 0), ("z", 0, 1)])
def test_rotation_follows_the_right_hand_rule(axis: str, start: int, end: int) -> None:
    assert np.eye(3)[start] @ rotation(axis, 90).T == pytest.approx(np.eye(3)[end])
