# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import torch
from hypothesis import given
from hypothesis import strategies as st

from bundle.confidence.shape_distance import shape_distance

SHAPE = torch.tensor([[0.2, 0.3], [0.8, 0.3], [0.5, 0.9], [0.4, 0.5]])


@given(st.floats(-3, 3), st.floats(0.3, 3), st.floats(-1, 1), st.floats(-1, 1))
def test_a_turned_scaled_and_moved_mean_shape_has_no_distance(angle: float, scale: float, x: float, y: float):
    turn = torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    moved = scale * SHAPE @ turn.T + torch.tensor([x, y])
    assert shape_distance(moved[None], SHAPE).max() < 1e-5


def test_a_displaced_landmark_is_the_farthest():
    moved = SHAPE.clone()
    moved[3] += torch.tensor([0.1, 0])
    distance = shape_distance(moved[None], SHAPE)[0]
    assert distance.argmax() == 3
    assert 0.05 < distance[3] < 0.1


def test_a_mirrored_shape_is_none_of_its_turns():
    assert shape_distance((SHAPE * torch.tensor([-1.0, 1]))[None], SHAPE).max() > 0.1


def test_landmarks_in_one_place_have_a_finite_distance():
    assert shape_distance(torch.full((1, 4, 2), 0.5), SHAPE).isfinite().all()
    assert shape_distance(SHAPE[None], torch.full((4, 2), 0.5)).isfinite().all()
