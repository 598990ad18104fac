# SPDX-License-Identifier: Apache-2.0
"""Views of a film, and the transforms that a film without landmarks takes."""

from __future__ import annotations

import torch
from monai.transforms import RandShiftIntensityd

from bundle.transforms import NormaliseLandmarksd, RandDeformd, TwoViews, ViewOfFilm
from bundle.transforms.deformation import RandDeformUnlabelledd, without_landmarks

MEAN_SHAPE = torch.tensor([[0.3, 0.4], [0.6, 0.8]])


def labelled() -> list:
    return [
        RandDeformd("image", rotate=12, scale=(0.9, 1.2), elastic=0.05, control_points=5, anisotropy=1.2),
        RandShiftIntensityd("image", offsets=0.1),
        NormaliseLandmarksd("label", 32),
    ]


def test_films_without_landmarks_take_every_setting_of_labelled_ones():
    before, shift, _ = labelled()
    deform, kept = without_landmarks([before, shift, NormaliseLandmarksd("label", 32)], MEAN_SHAPE)
    assert isinstance(deform, RandDeformUnlabelledd) and kept is shift
    settings = set(vars(before)) - {"R", "_do_transform"}
    assert {name: getattr(deform, name) for name in settings} == {name: getattr(before, name) for name in settings}


def test_the_views_differ_and_come_again_with_the_seed():
    image = torch.rand(1, 32, 32)
    views = TwoViews(without_landmarks(labelled(), MEAN_SHAPE))
    runs = [views.set_random_state(3)({"image": image.clone()}) for _ in range(2)]
    assert set(runs[0]) == {"image", "deformation", "second_image", "second_deformation"}
    assert not torch.equal(runs[0]["image"], runs[0]["second_image"])
    assert not torch.equal(runs[0]["deformation"].matrix, runs[0]["second_deformation"].matrix)
    for name in ("image", "second_image"):
        assert torch.equal(runs[0][name], runs[1][name])


def test_a_view_keeps_the_film_that_it_was_made_of():
    image = torch.rand(1, 32, 32)
    output = ViewOfFilm(without_landmarks(labelled(), MEAN_SHAPE)).set_random_state(3)({"image": image.clone()})
    assert torch.equal(output["film"], image)
    assert output["image"].shape == image.shape and not torch.equal(output["image"], image)
    assert "deformation" in output
