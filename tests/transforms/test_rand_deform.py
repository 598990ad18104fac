# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.move_points import b_spline_weights
from bundle.transforms import RandDeformd

SIDE = 96
SIZES = [(96, 96), (64, 96), (96, 64)]
NAN = torch.nan


def spots(points: torch.Tensor, size: tuple[int, int] = (SIDE, SIDE)) -> torch.Tensor:
    """One channel a landmark, each with a Gaussian spot: [K, X, Y]."""
    columns, rows = (torch.arange(float(side)) for side in size)
    x, y = points[:, 0, None, None], points[:, 1, None, None]
    return torch.exp(-((columns[:, None] - x) ** 2 + (rows - y) ** 2) / (2 * 2.0**2))


def centres(images: torch.Tensor) -> torch.Tensor:
    weights = images**2
    along = [(weights.sum(3 - axis) * torch.arange(float(images.shape[axis]))).sum(1) for axis in (1, 2)]
    return torch.stack(along, dim=-1) / weights.sum((1, 2))[:, None]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.floats(1.0, 1.3), st.floats(0.0, 0.04), st.sampled_from(SIZES))
def test_landmarks_follow_the_image(seed: int, anisotropy: float, elastic: float, size: tuple[int, int]):
    generator = torch.Generator().manual_seed(seed)
    points = torch.rand(5, 2, generator=generator) * 40 + torch.tensor(size) / 2 - 20
    transform = RandDeformd("image", anisotropy=anisotropy, elastic=elastic, translate=0.5)
    transform.set_random_state(seed)
    moved = transform({"image": spots(points, size), "label": points})
    inside = ((moved["label"] > 8) & (moved["label"] < torch.tensor(size) - 9)).all(-1)
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


@pytest.mark.parametrize("size", SIZES)
def test_ranges_are_kept(size: tuple[int, int]):
    transform = RandDeformd("image", rotate=10, scale=(0.9, 1.1), translate=0.5)
    transform.set_random_state(0)
    points = torch.tensor([[20.0, 40.0], [60.0, 80.0]])
    for _ in range(50):
        moved = transform({"image": torch.zeros(1, *size), "label": points})["label"]
        assert ((moved.mean(0) - points.mean(0)).abs() <= 0.5 * 20 + 1e-3).all()
        edge, turned = points[1] - points[0], moved[1] - moved[0]
        assert 0.9 - 1e-4 <= turned.norm() / edge.norm() <= 1.1 + 1e-4
        cosine = torch.dot(edge, turned) / edge.norm() / turned.norm()
        assert cosine >= torch.cos(torch.tensor(10.01).deg2rad())


@pytest.mark.parametrize("size", SIZES)
def test_film_without_landmarks_is_deformed_about_its_centre(size: tuple[int, int]):
    transform = RandDeformd("image", translate=0.0)
    transform.set_random_state(0)
    centre = (torch.tensor([size]) - 1) / 2
    moved = transform({"image": spots(centre, size), "label": torch.full((3, 2), NAN)})
    assert torch.allclose(centres(moved["image"]), centre, atol=0.1)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.sampled_from(SIZES))
def test_a_rectangle_is_bent_as_the_square_that_it_is_the_corner_of(seed: int, size: tuple[int, int]):
    points = torch.rand(5, 2, generator=torch.Generator().manual_seed(seed)) * 60
    moved = []
    for shape in (size, (SIDE, SIDE)):
        transform = RandDeformd("image", anisotropy=1.2, elastic=0.04).set_random_state(seed)
        moved.append(transform({"image": torch.zeros(1, *shape), "label": points})["label"])
    torch.testing.assert_close(*moved, rtol=0, atol=0)


@pytest.mark.parametrize("control_points", [4, 7])
@settings(deadline=None, max_examples=20)
@given(position=st.floats(0, 1))
def test_spline_weights_are_a_partition_of_unity(control_points: int, position: float):
    weights = b_spline_weights(torch.tensor([position]), control_points)
    assert weights.sum().item() == pytest.approx(1, abs=1e-5)
    assert (weights >= -1e-6).all()
