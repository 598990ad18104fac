# SPDX-License-Identifier: Apache-2.0
"""Windows of a film: what is cut, and where points are in it."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from bundle.networks import RandWindows
from bundle.networks.windows import Windows

STRONG = {"jitter": 0.02, "rotate": 40.0, "scale": (0.7, 1.4), "anisotropy": 1.3, "elastic": 0.02}
EXPOSED = {"intensity_prob": 1.0, "gamma": (0.5, 2.0), "contrast": 0.4, "brightness": 0.2}
SIDE, FILM = 32, 128
SIZES = [(FILM, FILM), (96, FILM), (FILM, 96)]


def drawn(seed: int, vertices: torch.Tensor) -> Windows:
    torch.manual_seed(seed)
    return RandWindows(**STRONG, **EXPOSED).around(vertices, FILM, SIDE)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_there_and_back_is_the_same_point(seed: int):
    windows = drawn(seed, torch.rand(2, 3, 2) * FILM)
    points = torch.rand(2, 3, 2) * (SIDE - 1)
    torch.testing.assert_close(windows.to_windows(windows.to_film(points)), points, atol=2e-3, rtol=0)


def test_many_points_of_a_window_are_where_each_of_them_is():
    windows, points = drawn(0, torch.rand(2, 3, 2) * FILM), torch.rand(2, 3, 5, 2) * FILM
    together = windows.to_windows(points)
    for n in range(5):
        torch.testing.assert_close(together[:, :, n], windows.to_windows(points[:, :, n]))


def test_places_are_as_exact_in_bfloat16():
    vertices, film = torch.rand(2, 3, 2) * FILM, torch.rand(2, 1, FILM, FILM)
    exact = drawn(0, vertices)
    with torch.autocast("cpu", torch.bfloat16):
        windows = drawn(0, vertices)
        assert torch.equal(windows.to_windows(vertices), exact.to_windows(vertices))
        assert torch.equal(windows.to_film(vertices), exact.to_film(vertices))
        assert torch.equal(windows.cut(film), exact.cut(film))


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), size=st.sampled_from(SIZES))
def test_what_lies_at_a_point_of_the_film_is_seen_where_the_point_is_in_the_window(seed: int, size: tuple[int, int]):
    place = torch.tensor([[[60.3, 71.8]]])
    x, y = (torch.arange(side, dtype=torch.float32) for side in size)
    blob = torch.exp(-((x[:, None] - 60.3).square() + (y - 71.8).square()) / 3)[None, None]
    windows = drawn(seed, place)
    cut = windows.cut(blob)[0, 0]
    expected = windows.to_windows(place)[0, 0]
    if not ((expected > 6) & (expected < SIDE - 7)).all():
        return
    grid = torch.stack(torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij"), dim=-1)
    seen = (cut[..., None] * grid).sum(dim=(0, 1)) / cut.sum()
    torch.testing.assert_close(seen, expected, atol=0.35, rtol=0)


@pytest.mark.parametrize("size", SIZES)
def test_a_window_that_is_cut_as_it_is_holds_the_pixels_of_the_film(size: tuple[int, int]):
    film = torch.rand(1, 1, *size)
    cut = Windows.around(torch.tensor([[[40.5, 60.5]]]), SIDE).cut(film)
    torch.testing.assert_close(cut[0, 0], film[0, 0, 25:57, 45:77], atol=1e-5, rtol=0)


def test_outside_of_the_film_is_black():
    cut = Windows.around(torch.tensor([[[-0.5, 60.5]]]), SIDE).cut(torch.ones(1, 1, FILM, FILM))
    assert cut[0, 0, :15].max() == 0 and cut[0, 0, 17:].min() == pytest.approx(1)


def test_windows_are_exposed_one_by_one_within_the_range():
    windows = torch.rand(2, 3, SIDE, SIDE)
    torch.manual_seed(0)
    exposed = RandWindows(**STRONG, **EXPOSED).exposed(windows)
    assert exposed.min() >= 0 and exposed.max() <= 1
    changes = functional.l1_loss(exposed, windows, reduction="none").mean(dim=(-2, -1)).flatten()
    assert len(set(changes.tolist())) == 6
