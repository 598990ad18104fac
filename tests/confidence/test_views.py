# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from bundle.confidence.views import View

SQUARE, UPRIGHT, LYING = (65, 65), (49, 65), (65, 49)
LAST = 64  # pixel of the longer side


def bump(x: float, y: float, size: tuple[int, int] = SQUARE) -> torch.Tensor:
    columns, rows = (torch.arange(side, dtype=torch.float32) for side in size)
    squared = (columns[:, None] - x * LAST) ** 2 + (rows - y * LAST) ** 2
    return torch.exp(-squared / 18)[None, None]


def brightest(image: torch.Tensor) -> torch.Tensor:
    height = image.shape[-1]
    best = int(image.flatten().argmax())
    return torch.tensor([best // height, best % height]) / LAST


@pytest.mark.parametrize("size", [SQUARE, UPRIGHT, LYING])
@pytest.mark.parametrize(
    "numbers", [[0, 1, 0, 0, 1], [20, 1, 0, 0, 1], [0, 0.8, 0.1, 0, 1], [-15, 1.1, 0, -0.05, 1], [5, 1, 0.05, 0.05, 2]]
)
def test_a_point_seen_in_a_view_is_taken_back_to_its_place(numbers: list[float], size: tuple[int, int]):
    view = View(torch.tensor(numbers, dtype=torch.float32), size)
    seen = brightest(view.show(bump(0.4, 0.55, size)))
    assert torch.allclose(view.restore(seen), torch.tensor([0.4, 0.55]), atol=0.02)


def test_views_turn_about_the_middle_of_the_image():
    middle = torch.tensor([48.0, 64.0]) / 2 / LAST
    torch.testing.assert_close(View(torch.tensor([30, 0.9, 0, 0, 1]), UPRIGHT).restore(middle[None])[0], middle)


def test_views_move_right_and_down_where_their_shift_is_positive():
    seen = brightest(View(torch.tensor([0, 1, 0.125, 0.25, 1]), SQUARE).show(bump(0.5, 0.5)))
    assert seen.tolist() == pytest.approx([0.625, 0.75], abs=0.01)


def test_gamma_changes_intensities_and_not_their_range():
    shown = View(torch.tensor([0, 1, 0, 0, 2.0]), (9, 9)).show(torch.full((1, 1, 9, 9), 0.5))
    assert torch.allclose(shown, torch.tensor(0.25))
