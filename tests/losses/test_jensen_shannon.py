# SPDX-License-Identifier: Apache-2.0
"""Equation (3): what it is, and between which bounds."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from bundle.errors import ConfigurationError
from bundle.losses import JensenShannonLoss

FAR = 1e4


def maps(seed: int, scale: float, channels: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    first, second = (scale * torch.randn(2, channels, 3, 4, generator=generator) for _ in range(2))
    return first, second


def test_is_the_divergence_that_scipy_computes():
    student, teacher = maps(0, 2.0)
    p, q = (image.softmax(1).movedim(1, -1).reshape(-1, 5).numpy() for image in (student, teacher))
    expected = (jensenshannon(p, q, axis=1) ** 2).mean()
    assert JensenShannonLoss("channel_sum")(student, teacher).item() == pytest.approx(expected, rel=1e-4)
    assert JensenShannonLoss("channel_mean")(student, teacher).item() == pytest.approx(expected / 5, rel=1e-4)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([0.0, 0.1, 1.0, 30.0, FAR]))
def test_symmetric_bounded_and_zero_of_a_map_and_itself(seed: int, scale: float):
    student, teacher = maps(seed, scale)
    for reduction, bound in (("channel_mean", math.log(2) / 5), ("channel_sum", math.log(2))):
        loss = JensenShannonLoss(reduction)
        value = loss(student, teacher).item()
        assert -1e-6 <= value <= bound + 1e-6
        assert loss(teacher, student).item() == pytest.approx(value, abs=1e-6)
        assert loss(student, student).item() == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("reduction", "bound"), [("channel_mean", math.log(2) / 2), ("channel_sum", math.log(2))])
def test_bound_is_reached_by_maps_without_a_common_channel(reduction: str, bound: float):
    student = torch.tensor([FAR, 0.0]).reshape(1, 2, 1, 1).requires_grad_()
    value = JensenShannonLoss(reduction)(student, student.detach().flip(1))
    assert value.item() == pytest.approx(bound, rel=1e-5)
    value.backward()
    assert torch.isfinite(student.grad).all()


def test_gradient_draws_the_student_to_the_teacher():
    student, teacher = maps(1, 1.0)
    student.requires_grad_()
    loss = JensenShannonLoss("channel_sum")
    before = loss(student, teacher)
    before.backward()
    assert loss(student - 5.0 * student.grad, teacher) < before


def test_other_shapes_and_reductions_are_refused():
    with pytest.raises(ValueError, match="differ in shape"):
        JensenShannonLoss()(torch.zeros(1, 2, 3, 3), torch.zeros(1, 3, 3, 3))
    with pytest.raises(ConfigurationError, match="js_reduction is 'mean'"):
        JensenShannonLoss("mean")
