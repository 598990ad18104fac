# SPDX-License-Identifier: Apache-2.0
"""The loss of windows."""

from __future__ import annotations

import pytest
import torch

from bundle.coordinates import to_normalized
from bundle.losses import WindowLoss
from bundle.networks import WindowedOutput
from bundle.networks.windowed_graph import heatmap_cells, heatmap_means
from bundle.networks.windows import Windows

SIZE, SIDE = (256, 256), 32


def output(heatmaps: torch.Tensor) -> WindowedOutput:
    """Of windows about (100.5, 120.5), whose first pixels lie at (85, 105)."""
    windows = Windows.around(torch.full(heatmaps.shape[:2], 1.0)[..., None] * torch.tensor([100.5, 120.5]), SIDE)
    places = heatmap_means(heatmaps)
    return WindowedOutput(to_normalized(windows.to_film(places), SIZE), heatmaps, places, windows, SIZE)


def peaked(place: torch.Tensor, sigma: float) -> torch.Tensor:
    cells = heatmap_cells(torch.zeros(SIDE // 2))
    along = -(cells - place[..., None]).square() / (2 * sigma**2)
    return along[..., 0, :, None] + along[..., 1, None, :]


def test_the_gaussian_about_the_landmark_has_the_least_loss():
    place = torch.tensor([[[14.0, 17.0], [20.0, 9.0]]])
    target = to_normalized(place + torch.tensor([85.0, 105.0]), SIZE)
    right = WindowLoss(sigma=2.0)(output(peaked(place, 2.0)), target)
    assert right["local_loss"] < 1e-2 and right["inside"] == 1
    for wrong in (peaked(place + 1.5, 2.0), peaked(place, 1.2), peaked(place, 4.0)):
        assert WindowLoss(sigma=2.0)(output(wrong), target)["heatmap_loss"] > right["heatmap_loss"]


def test_what_is_missing_or_outside_of_its_window_counts_for_nothing():
    heatmaps = torch.randn(1, 3, 16, 16, requires_grad=True)
    places = torch.tensor([[[90.0, 110.0], [200.0, 110.0], [torch.nan, torch.nan]]])
    terms = WindowLoss()(output(heatmaps), to_normalized(places, SIZE))
    terms["loss"].backward()
    assert terms["inside"] == pytest.approx(1 / 3)
    assert heatmaps.grad[0, 0].abs().sum() > 0 == heatmaps.grad[0, 1:].abs().sum()


def test_without_any_landmark_there_is_nothing_to_learn():
    terms = WindowLoss()(output(torch.randn(1, 2, 16, 16)), torch.full((1, 2, 2), torch.nan))
    assert terms["loss"] == 0
