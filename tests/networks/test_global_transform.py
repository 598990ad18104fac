# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import pytest
import torch

from bundle.networks.global_transform import transform_shape

SQUARE = torch.tensor([[[0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6]]])


def test_affine_parameters_turn_scale_and_shift_about_the_centroid():
    c, s = math.cos(math.pi / 2), math.sin(math.pi / 2)
    parameters = torch.tensor([[2 * c - 1, -2 * s, 0.1, 2 * s, 2 * c - 1, -0.1]])
    expected = torch.tensor([[[0.8, 0.2], [0.8, 0.6], [0.4, 0.6], [0.4, 0.2]]])
    assert torch.allclose(transform_shape(SQUARE, parameters, "affine"), expected, atol=1e-6)


def test_perspective_shrinks_what_is_farther():
    parameters = torch.zeros(1, 9)
    parameters[0, 7] = 1.0  # depth grows with y
    moved = transform_shape(SQUARE, parameters, "perspective")
    near, far = moved[0, 1, 0] - moved[0, 0, 0], moved[0, 2, 0] - moved[0, 3, 0]
    assert near == pytest.approx(0.2 / 0.9, abs=1e-6)
    assert far == pytest.approx(0.2 / 1.1, abs=1e-6)
