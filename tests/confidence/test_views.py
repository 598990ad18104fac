# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from bundle.confidence.views import View


def bump(x: float, y: float, side: int = 65) -> torch.Tensor:
    axis = torch.arange(side, dtype=torch.float32)
    squared = (axis[:, None] - x * (side - 1)) ** 2 + (axis - y * (side - 1)) ** 2
    return torch.exp(-squared / 18)[None, None]


def brightest(image: torch.Tensor) -> torch.Tensor:
    side = image.shape[-1]
    best = int(image.flatten().argmax())
    return torch.tensor([best // side, best % side]) / (side - 1)


@pytest.mark.parametrize(
    "numbers", [[0, 1, 0, 0, 1], [20, 1, 0, 0, 1], [0, 0.8, 0.1, 0, 1], [-15, 1.1, 0, -0.05, 1], [5, 1, 0.05, 0.05, 2]]
)
def test_a_point_seen_in_a_view_is_taken_back_to_its_place(numbers: list[float]):
    view = View(torch.tensor(numbers, dtype=torch.float32))
    seen = brightest(view.show(bump(0.4, 0.65)))
    assert torch.allclose(view.restore(seen), torch.tensor([0.4, 0.65]), atol=0.02)


def test_views_move_right_and_down_where_their_shift_is_positive():
    seen = brightest(View(torch.tensor([0, 1, 0.125, 0.25, 1])).show(bump(0.5, 0.5)))
    assert seen.tolist() == pytest.approx([0.625, 0.75], abs=0.01)


def test_gamma_changes_intensities_and_not_their_range():
    shown = View(torch.tensor([0, 1, 0, 0, 2.0])).show(torch.full((1, 1, 9, 9), 0.5))
    assert torch.allclose(shown, torch.tensor(0.25))
