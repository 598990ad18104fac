# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.move_points import b_spline_weights
from bundle.transforms import RandDeformd

SIDE = 96
NAN = torch.nan


def spots(points: torch.Tensor) -> torch.Tensor:
    """One channel a landmark, each with a Gaussian spot: [K, S, S]."""
    axis = torch.arange(float(SIDE))
    x, y = points[:, 0, None, None], points[:, 1, None, None]
    return torch.exp(-((axis[:, None] - x) ** 2 + (axis[None] - y) ** 2) / (2 * 2.0**2))


def centres(images: torch.Tensor) -> torch.Tensor:
    weights, axis = images**2, torch.arange(float(SIDE))
    total = weights.sum((1, 2))
    return torch.stack([(weights.sum(2) * axis).sum(1), (weights.sum(1) * axis).sum(1)], dim=-1) / total[:, None]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.floats(1.0, 1.3), st.floats(0.0, 0.04))
def test_landmarks_follow_the_image(seed: int, anisotropy: float, elastic: float):
    generator = torch.Generator().manual_seed(seed)
    points = torch.rand(5, 2, generator=generator) * 40 + 28
    transform = RandDeformd("image", anisotropy=anisotropy, elastic=elastic, translate=0.5)
    transform.set_random_state(seed)
    moved = transform({"image": spots(points), "label": points})
    inside = ((moved["label"] > 8) & (moved["label"] < SIDE - 9)).all(-1)
    distance = (centres(moved["image"]) - moved["label"]).norm(dim=-1)[inside]
    assert (distance < 0.5).all()  # a bent spot is no longer symmetric; the mean over many is far smaller
    assert distance.numel() == 0 or distance.mean() < 0.3


def test_missing_landmarks_stay_missing_and_leave_the_others_alone():
    points = torch.tensor([[30.0, 30.0], [60.0, 50.0], [NAN, NAN]])
    results = []
    for label in (points, points[:2]):
        transform = RandDeformd("image", elastic=0.03)
        transform.set_random_state(3)
        results.append(transform({"image": torch.rand(1, SIDE, SIDE), "label": label})["label"])
    assert torch.isnan(results[0][2]).all()
    assert torch.equal(results[0][:2], results[1])


def test_same_state_same_deformation_and_another_state_another():
    item = {"image": torch.rand(1, SIDE, SIDE), "label": torch.rand(4, 2) * SIDE}
    drawn = []
    for seed in (1, 1, 2):
        transform = RandDeformd("image", elastic=0.03)
        transform.set_random_state(seed)
        drawn.append(transform(item)["image"])
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_ranges_are_kept():
    transform = RandDeformd("image", rotate=10, scale=(0.9, 1.1), translate=0.5)
    transform.set_random_state(0)
    points = torch.tensor([[20.0, 40.0], [60.0, 80.0]])
    for _ in range(50):
        moved = transform({"image": torch.zeros(1, SIDE, SIDE), "label": points})["label"]
        assert ((moved.mean(0) - points.mean(0)).abs() <= 0.5 * 20 + 1e-3).all()
        edge, turned = points[1] - points[0], moved[1] - moved[0]
        assert 0.9 - 1e-4 <= turned.norm() / edge.norm() <= 1.1 + 1e-4
        cosine = torch.dot(edge, turned) / edge.norm() / turned.norm()
        assert cosine >= torch.cos(torch.tensor(10.01).deg2rad())


def test_film_without_landmarks_is_deformed_about_its_centre():
    transform = RandDeformd("image", translate=0.0)
    transform.set_random_state(0)
    moved = transform({"image": spots(torch.tensor([[47.5, 47.5]])), "label": torch.full((3, 2), NAN)})
    assert torch.allclose(centres(moved["image"]), torch.tensor([[47.5, 47.5]]), atol=0.1)


@pytest.mark.parametrize("control_points", [4, 7])
@settings(deadline=None, max_examples=20)
@given(position=st.floats(0, 1))
def test_spline_weights_are_a_partition_of_unity(control_points: int, position: float):
    weights = b_spline_weights(torch.tensor([position]), control_points)
    assert weights.sum().item() == pytest.approx(1, abs=1e-5)
    assert (weights >= -1e-6).all()
