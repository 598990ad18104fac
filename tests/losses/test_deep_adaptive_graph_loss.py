# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.losses import DeepAdaptiveGraphLoss, GlobalLoss, LocalLoss
from bundle.networks import LandmarkOutput

NAN = torch.nan


def test_local_loss_is_the_mean_absolute_difference():
    vertices = torch.tensor([[[0.1, 0.2], [0.3, 0.4]]])
    target = torch.tensor([[[0.2, 0.2], [0.3, 0.1]]])
    assert LocalLoss()(vertices, target).item() == pytest.approx((0.1 + 0.3) / 4)


def test_missing_landmark_has_no_say_and_no_gradient():
    vertices = torch.tensor([[[0.1, 0.2], [0.3, 0.4]]], requires_grad=True)
    loss = LocalLoss()(vertices, torch.tensor([[[0.2, 0.2], [NAN, NAN]]]))
    loss.backward()
    assert loss.item() == pytest.approx(0.05)
    assert torch.equal(vertices.grad[0, 1], torch.zeros(2))
    assert torch.isfinite(vertices.grad).all()


def test_film_without_landmarks_gives_zero():
    assert LocalLoss()(torch.rand(1, 3, 2), torch.full((1, 3, 2), NAN)).item() == 0


def test_every_film_counts_alike_however_many_landmarks_it_has():
    vertices = torch.zeros(2, 2, 2)
    target = torch.tensor([[[0.1, 0.1], [NAN, NAN]], [[0.3, 0.3], [0.3, 0.3]]])
    assert LocalLoss()(vertices, target).item() == pytest.approx((0.1 + 0.3) / 2)


@settings(deadline=None, max_examples=30)
@given(st.floats(0, 0.5), st.floats(0, 0.5))
def test_global_loss_forgives_the_margin(difference: float, margin: float):
    loss = GlobalLoss(margin)(torch.full((1, 4, 2), difference), torch.zeros(1, 4, 2)).item()
    assert loss == pytest.approx(max(difference - margin, 0), abs=1e-6)


def test_terms_bear_their_names_and_add_up():
    output = LandmarkOutput(torch.full((2, 3, 2), 0.2), torch.full((2, 3, 2), 0.1), torch.empty(0))
    terms = DeepAdaptiveGraphLoss(margin=0.05, w1=2.0)(output, torch.zeros(2, 3, 2))
    values = {name: term.item() for name, term in terms.items()}
    assert values == pytest.approx({"global_loss": 0.15, "local_loss": 0.1, "loss": 0.35})


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match="differ in shape"):
        LocalLoss()(torch.rand(1, 3, 2), torch.rand(1, 2, 2))
