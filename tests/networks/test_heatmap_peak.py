# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.coordinates import last_pixel
from bundle.networks.heatmap_peak import RADIUS, heatmap_peaks

SIZE = (40, 24)


def gaussian(x: float, y: float, sigma: float = 1.2) -> torch.Tensor:
    """A heatmap [1, 1, 40, 24] of one Gaussian, without noise."""
    columns, rows = (torch.arange(pixels) for pixels in SIZE)
    distance = (columns[:, None] - x).square() + (rows[None, :] - y).square()
    return torch.exp(-distance / (2 * sigma**2))[None, None]


def pixels(heatmaps: torch.Tensor) -> list[float]:
    """Place of the only landmark, in pixels."""
    return (heatmap_peaks(heatmaps)[0, 0] * (max(SIZE) - 1)).tolist()


@settings(deadline=None, max_examples=50)
@given(st.floats(RADIUS, 39 - RADIUS), st.floats(RADIUS, 23 - RADIUS))
def test_place_between_pixels_is_found(x: float, y: float):
    assert pixels(gaussian(x, y)) == pytest.approx([x, y], abs=0.05)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 12), st.integers(0, 6), st.integers(0, 1000))
def test_a_shifted_heatmap_moves_the_place_as_much(right: int, down: int, seed: int):
    spot = torch.rand(9, 9, generator=torch.Generator().manual_seed(seed))
    spot[4, 4] = 2.0
    places = []
    for x, y in ((3, 4), (3 + right, 4 + down)):
        heatmaps = torch.full((1, 1, *SIZE), -0.1)
        heatmaps[0, 0, x : x + 9, y : y + 9] = spot
        places.append(torch.tensor(pixels(heatmaps)))
    assert torch.allclose(places[1] - places[0], torch.tensor([float(right), float(down)]), atol=1e-4)


@settings(deadline=None, max_examples=30)
@given(st.floats(1e-6, 1e6))
def test_the_height_of_a_heatmap_does_not_matter(height: float):
    assert pixels(gaussian(12.3, 9.6) * height) == pytest.approx(pixels(gaussian(12.3, 9.6)), abs=1e-3)


@pytest.mark.parametrize("corner", [(0, 0), (39, 0), (0, 23), (39, 23)])
def test_a_maximum_on_the_border_stays_inside(corner: tuple[int, int]):
    place = heatmap_peaks(gaussian(*corner))
    assert (place >= 0).all() and (place[0, 0] <= torch.tensor(last_pixel(SIZE))).all()
    assert pixels(gaussian(*corner)) == pytest.approx(corner, abs=1.2)  # the window is cut off on one side


def test_without_a_positive_value_the_pixel_of_the_maximum_is_the_place():
    heatmaps = torch.full((1, 1, *SIZE), -1.0)
    heatmaps[0, 0, 7, 11] = -0.5
    assert pixels(heatmaps) == pytest.approx([7, 11], abs=1e-5)
    assert torch.isfinite(heatmap_peaks(torch.zeros(1, 1, *SIZE))).all()


def test_every_heatmap_of_a_batch_is_read_by_itself():
    rows = [[gaussian(5, 6), gaussian(30, 18)], [gaussian(20, 3), gaussian(11, 12)]]
    heatmaps = torch.cat([torch.cat(row, dim=1) for row in rows])
    found = heatmap_peaks(heatmaps.contiguous(memory_format=torch.channels_last)) * (max(SIZE) - 1)
    expected = torch.tensor([[[5.0, 6], [30, 18]], [[20, 3], [11, 12]]])
    assert torch.allclose(found, expected, atol=0.05)


def test_a_heatmap_that_is_no_number_gives_none():
    heatmaps = gaussian(5, 6)
    heatmaps[0, 0, 3, 3] = torch.nan
    assert not torch.isfinite(heatmap_peaks(heatmaps)).all()
