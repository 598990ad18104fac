# SPDX-License-Identifier: Apache-2.0
"""Points follow a drawn deformation and come back."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from monai.data.utils import list_data_collate
from monai.transforms import Compose, RandShiftIntensityd

from bundle.transforms import NormaliseLandmarksd, RandDeformd
from bundle.transforms.deformation import Deformation, RandDeformUnlabelledd, without_landmarks

SIDE = 64
MEAN_SHAPE = torch.tensor([[0.3, 0.3], [0.7, 0.35], [0.5, 0.6]])
SETTINGS = {"rotate": 30.0, "scale": (0.8, 1.25), "translate": 0.5, "anisotropy": 1.2, "elastic": 0.04}


def batch(seed: int, films: int = 3, size: tuple[int, int] = (SIDE, SIDE), **settings: object) -> dict:
    deform = RandDeformUnlabelledd("image", MEAN_SHAPE, **{**SETTINGS, **settings}).set_random_state(seed)
    image = torch.zeros(1, *size)
    return list_data_collate([deform({"image": image}) for _ in range(films)])


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), width=st.sampled_from([32, SIDE]))
def test_there_and_back_is_the_same_point(seed: int, width: int):
    deformation = batch(seed, size=(width, SIDE))["deformation"]
    points = torch.rand(3, 5, 2, generator=torch.Generator().manual_seed(seed)) * 0.6 + 0.2
    assert isinstance(deformation, Deformation)
    torch.testing.assert_close(deformation.restore(deformation.move(points)), points, atol=1e-4, rtol=0)


def test_points_move_as_landmarks_of_the_labelled_transform_do():
    labelled = RandDeformd("image", **SETTINGS).set_random_state(3)
    item = labelled({"image": torch.zeros(1, SIDE, SIDE), "label": MEAN_SHAPE * (SIDE - 1)})
    moved = batch(3, films=1)["deformation"].move(MEAN_SHAPE[None])
    torch.testing.assert_close(moved[0] * (SIDE - 1), item["label"], atol=1e-3, rtol=0)


@pytest.mark.parametrize("size", [(SIDE, SIDE), (48, SIDE), (SIDE, 40)])
def test_a_bright_spot_is_where_its_point_goes(size: tuple[int, int]):
    image = torch.zeros(1, *size)
    image[0, 30, 25] = 1.0
    item = RandDeformUnlabelledd("image", MEAN_SHAPE, **SETTINGS).set_random_state(1)({"image": image})
    deformed = item["image"][0]
    x, y = (torch.arange(side, dtype=torch.float32) for side in size)
    centre = torch.stack([(deformed.sum(1) * x).sum(), (deformed.sum(0) * y).sum()]) / deformed.sum()
    point = torch.tensor([[[30.0, 25.0]]]) / (SIDE - 1)
    moved = list_data_collate([item])["deformation"].move(point)[0, 0] * (SIDE - 1)
    assert torch.dist(centre, moved).item() < 0.5


def test_missing_points_stay_missing():
    points = torch.tensor([[[0.2, 0.8], [torch.nan, torch.nan]]]).expand(3, -1, -1)
    moved = batch(0)["deformation"].move(points)
    assert torch.isnan(moved).all(dim=-1).tolist() == [[False, True]] * 3


def test_mean_shape_places_the_film_and_no_landmark_is_left():
    assert "label" not in batch(0)
    (shift,) = {tuple(batch(0, films=1, translate=0.0)["deformation"].shift[0].tolist())}
    assert shift == (0.0, 0.0)
    centre = batch(0, films=1)["deformation"].centre[0]
    assert centre.tolist() == pytest.approx([0.5 * (SIDE - 1), 0.45 * (SIDE - 1)], rel=1e-5)


def test_films_without_landmarks_take_every_setting_of_labelled_ones():
    before = RandDeformd("image", rotate=12, scale=(0.9, 1.2), elastic=0.05, control_points=5, anisotropy=1.2)
    shift = RandShiftIntensityd("image", offsets=0.1)
    deform, kept = without_landmarks(Compose([before, shift, NormaliseLandmarksd("label", 32)]), MEAN_SHAPE)
    assert isinstance(deform, RandDeformUnlabelledd) and kept is shift
    taken_over = set(vars(before)) - {"R", "_do_transform"}
    assert {name: getattr(deform, name) for name in taken_over} == {name: getattr(before, name) for name in taken_over}
