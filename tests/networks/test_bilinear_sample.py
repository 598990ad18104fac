# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from bundle.coordinates import last_pixel, to_grid
from bundle.networks.bilinear_sample import bilinear_sample


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(2, 9))
def test_agrees_with_grid_sample_inside_the_map(seed: int, width: int, height: int):
    generator = torch.Generator().manual_seed(seed)
    features = torch.rand(2, 3, width, height, generator=generator)
    vertices = torch.rand(2, 6, 2, generator=generator) * torch.tensor(last_pixel((width, height)))
    grid = to_grid(vertices, (width, height))[:, None]
    expected = functional.grid_sample(features, grid, align_corners=True)[:, :, 0].transpose(1, 2)
    assert torch.allclose(bilinear_sample(features, vertices, (width, height), 1), expected, atol=1e-5)


def test_gradient_reaches_features_and_vertices():
    features = torch.rand(1, 2, 5, 4, dtype=torch.float64, requires_grad=True)
    vertices = (torch.rand(1, 3, 2, dtype=torch.float64) * 0.8 + 0.1).requires_grad_()
    assert torch.autograd.gradcheck(lambda f, v: bilinear_sample(f, v, (5, 4), 1), (features, vertices))


def test_positions_outside_take_the_border():
    features = torch.arange(6.0).reshape(1, 1, 3, 2)
    vertices = torch.tensor([[[-0.5, -0.5], [1.5, 1.5]]])
    assert bilinear_sample(features, vertices, (3, 2), 1).flatten().tolist() == [0.0, 5.0]
