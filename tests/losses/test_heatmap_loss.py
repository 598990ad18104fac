# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.losses import HeatmapLoss
from bundle.networks import HeatmapOutput

NAN = torch.nan
SIZE = (12, 9)


def output(heatmaps: torch.Tensor) -> HeatmapOutput:
    return HeatmapOutput(heatmaps, torch.zeros(*heatmaps.shape[:2], 2))


def brute_force(heatmaps: torch.Tensor, target: torch.Tensor, sigma: list[float], gamma: float, alpha: float) -> float:
    """The formula, pixel by pixel, of landmarks that are all present."""
    total = 0.0
    for film in range(len(target)):
        for k, width in enumerate(sigma):
            cx, cy = (target[film, k] * (max(SIZE) - 1)).tolist()
            for x in range(SIZE[0]):
                for y in range(SIZE[1]):
                    distance = (x - cx) ** 2 + (y - cy) ** 2
                    gaussian = gamma / (2 * math.pi * width**2) * math.exp(-distance / (2 * width**2))
                    total += (heatmaps[film, k, x, y].item() - gaussian) ** 2
            total += alpha * width**2
    return total / len(target)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.floats(1, 100), st.floats(0, 20), st.lists(st.floats(0.5, 4), min_size=2, max_size=2))
def test_it_is_the_formula(seed: int, gamma: float, alpha: float, sigma: list[float]):
    generator = torch.Generator().manual_seed(seed)
    heatmaps = torch.randn(2, 2, *SIZE, generator=generator)
    target = torch.rand(2, 2, 2, generator=generator) * 1.4 - 0.2  # outside the image as well
    loss = HeatmapLoss(2, gamma, alpha)
    with torch.no_grad():
        loss.sigma.copy_(torch.tensor(sigma))
    expected = brute_force(heatmaps, target, sigma, gamma, alpha)
    assert loss(output(heatmaps), target)["loss"].item() == pytest.approx(expected, rel=1e-4)


def test_terms_bear_their_names_and_add_up():
    loss = HeatmapLoss(3, alpha=5.0, sigma=2.0)
    terms = loss(output(torch.zeros(2, 3, 64, 64)), torch.full((2, 3, 2), 0.5))
    values = {name: term.item() for name, term in terms.items()}
    energy = 100**2 / (4 * math.pi * 2**2)  # of a Gaussian far from the border
    expected = {"heatmap_loss": 3 * energy, "sigma_loss": 3 * 4.0, "mean_sigma": 2.0}
    assert values == pytest.approx({**expected, "loss": 3 * energy + 5 * 12.0}, rel=1e-3)


def test_heatmap_that_is_the_gaussian_costs_its_width_alone():
    loss, target = HeatmapLoss(2), torch.tensor([[[0.3, 0.4], [0.8, 0.1]]])
    heatmaps = loss._gaussians(target, torch.Size(SIZE))
    assert loss(output(heatmaps), target)["heatmap_loss"].item() == pytest.approx(0, abs=1e-6)


def test_missing_landmark_has_no_say_and_no_gradient():
    loss = HeatmapLoss(2)
    heatmaps = torch.randn(1, 2, *SIZE, requires_grad=True)
    alone = HeatmapLoss(1)(output(heatmaps[:, :1]), torch.tensor([[[0.2, 0.3]]]))
    terms = loss(output(heatmaps), torch.tensor([[[0.2, 0.3], [NAN, NAN]]]))
    terms["loss"].backward()
    assert terms["loss"].item() == pytest.approx(alone["loss"].item())
    assert torch.equal(heatmaps.grad[0, 1], torch.zeros(SIZE))
    assert loss.sigma.grad[1] == 0
    assert torch.isfinite(heatmaps.grad).all() and torch.isfinite(loss.sigma.grad).all()


def test_film_without_landmarks_gives_zero():
    loss = HeatmapLoss(3)(output(torch.rand(1, 3, *SIZE)), torch.full((1, 3, 2), NAN))["loss"]
    loss.backward()
    assert loss.item() == 0


def test_width_goes_to_where_the_formula_has_its_least():
    """Of heatmaps that are zero the loss is gamma^2 / (4 pi sigma^2) + alpha sigma^2."""
    loss = HeatmapLoss(1, gamma=100.0, alpha=20.0, sigma=4.0)
    optimizer = torch.optim.Adam(loss.parameters(), lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        loss(output(torch.zeros(1, 1, 48, 48)), torch.full((1, 1, 2), 0.5))["loss"].backward()
        optimizer.step()
    assert loss.sigma.item() == pytest.approx((100**2 / (4 * math.pi * 20)) ** 0.25, abs=0.02)


def test_gradient_of_the_width_is_that_of_the_difference():
    loss, target = HeatmapLoss(1, sigma=1.7).double(), torch.tensor([[[0.31, 0.62]]], dtype=torch.float64)
    heatmaps = torch.randn(1, 1, *SIZE, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    loss(output(heatmaps), target)["loss"].backward()
    step, values = 1e-4, []
    for sign in (1, -1):
        with torch.no_grad():
            loss.sigma.fill_(1.7 + sign * step)
            values.append(loss(output(heatmaps), target)["loss"].item())
    assert loss.sigma.grad.item() == pytest.approx((values[0] - values[1]) / (2 * step), rel=1e-5)


@pytest.mark.parametrize("sigma", [-3.0, 0.0, 0.1])
def test_width_never_falls_between_the_pixels(sigma: float):
    loss = HeatmapLoss(1, sigma=sigma)
    terms = loss(output(torch.zeros(1, 1, *SIZE)), torch.full((1, 1, 2), 0.5))
    assert terms["mean_sigma"].item() == 0.5
    terms["loss"].backward()
    assert torch.isfinite(loss.sigma.grad).all() and loss.sigma.grad.item() != 0
