# SPDX-License-Identifier: Apache-2.0
"""The loss of repeated parts, and what films that lack some of them count for."""

from __future__ import annotations

import pytest
import torch

from bundle.losses import PartLoss
from bundle.networks import MeanParts, PartOutput

PARTS = torch.tensor([[0, 1], [2, 3], [4, 5]])
CELLS = torch.stack(torch.meshgrid(torch.linspace(0, 1, 9), torch.linspace(0, 1, 17), indexing="ij"), dim=-1)
SHAPE = torch.tensor([[0.375, 0.25], [0.625, 0.25], [0.375, 0.5], [0.625, 0.5], [0.375, 0.75], [0.625, 0.75]])
EVERYWHERE = torch.full((2, 9, 17), -1.0)


def told(centres: torch.Tensor) -> PartOutput:
    """What a network says that has these logits [B, X, Y] for centres, and every part like the mean part."""
    corners = torch.zeros(len(centres), 2, 2, 9, 17)
    mean = MeanParts.of(SHAPE, PARTS)
    return PartOutput(centres, corners, CELLS, mean, PARTS, torch.zeros(len(centres), 1, 9, 17), lambda _: CELLS)


def losses(centres: torch.Tensor, truth: torch.Tensor) -> dict[str, torch.Tensor]:
    return PartLoss()(told(centres), truth)


def gradient(truth: torch.Tensor) -> torch.Tensor:
    """Of the logits, everywhere the same."""
    centres = EVERYWHERE[: len(truth)].clone().requires_grad_()
    losses(centres, truth)["loss"].backward()
    assert centres.grad is not None
    return centres.grad


def test_who_finds_the_centres_and_nothing_else_loses_least():
    bump = torch.full((1, 9, 17), -8.0)
    bump[0, 4, [4, 8, 12]] = 8.0
    found, missed = (losses(centres, SHAPE[None]) for centres in (bump, torch.full_like(bump, -8.0)))
    assert found["centre_loss"] < 0.5 * missed["centre_loss"]
    assert losses(-bump, SHAPE[None])["centre_loss"] > missed["centre_loss"]


@pytest.mark.parametrize("wider", [0.0, 0.05, 0.1])
def test_landmarks_are_told_from_their_centre_in_mean_steps(wider: float):
    ends = torch.tensor([[-wider, 0.0], [wider, 0.0]]).repeat(3, 1)  # from left to right alone, steps of 0.25
    at_the_centre = PartLoss(sigma=0.05)(told(EVERYWHERE[:1]), (SHAPE + ends)[None])
    assert float(at_the_centre["local_loss"]) == pytest.approx(wider / 0.25 / 2, abs=1e-6)


def test_a_part_without_a_landmark_is_absent():
    without_middle = SHAPE.clone()
    without_middle[2:4] = torch.nan
    middle = (0, 4, 8)
    assert gradient(SHAPE[None])[middle] < 0 < gradient(without_middle[None])[middle]


def test_a_missing_landmark_of_a_part_counts_for_nothing():
    without_one = SHAPE.clone()
    without_one[2] = torch.nan
    whole, less = (losses(EVERYWHERE[:1], truth[None]) for truth in (SHAPE, without_one))
    assert torch.isfinite(less["loss"])
    torch.testing.assert_close(less["centre_loss"], whole["centre_loss"])


def test_a_film_without_any_landmark_counts_for_nothing():
    with_another = gradient(torch.stack([SHAPE, torch.full_like(SHAPE, torch.nan)]))
    assert not with_another[1].any()
    torch.testing.assert_close(with_another[:1], gradient(SHAPE[None]))
