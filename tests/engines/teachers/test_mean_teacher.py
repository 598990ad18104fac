# SPDX-License-Identifier: Apache-2.0
"""The averaged network, and what its batch norm does."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.engines.teachers import MeanTeacher
from bundle.errors import ConfigurationError

BATCH: dict = {}


def move(student: torch.nn.Module) -> None:
    with torch.no_grad():
        for tensor in [*student.parameters(), student.norm.running_mean, student.norm.running_var]:
            tensor += 1.0


@pytest.mark.parametrize(("step", "alpha"), [(0, 0.99), (99, 0.99), (199, 0.995), (999, 0.999), (10**6, 0.999)])
def test_alpha_is_that_of_the_paper(student: torch.nn.Module, step: int, alpha: float):
    teacher = MeanTeacher(student)
    teacher.step = step
    assert teacher.alpha == pytest.approx(alpha)
    assert teacher.after_step(student, BATCH, torch.zeros(1)) == {"alpha": pytest.approx(alpha)}
    assert teacher.step == step + 1


@settings(deadline=None, max_examples=50)
@given(step=st.integers(0, 10**7), low=st.floats(0, 1), high=st.floats(0, 1))
def test_alpha_never_leaves_its_range(step: int, low: float, high: float):
    low, high = sorted((low, high))
    teacher = MeanTeacher(torch.nn.Identity(), low, high)
    teacher.step = step
    assert low <= teacher.alpha <= high


@pytest.mark.parametrize(("policy", "follows"), [("own", False), ("ema", True)])
def test_weights_follow_slowly_and_statistics_as_the_policy_says(student, policy: str, follows: bool):
    teacher = MeanTeacher(student, 0.75, 0.75, batch_norm=policy)
    before = {name: tensor.clone() for name, tensor in teacher.network.state_dict().items()}
    move(student)
    teacher.after_step(student, BATCH, torch.zeros(1))
    after = teacher.network.state_dict()
    for name in ("conv.weight", "conv.bias", "norm.weight"):
        torch.testing.assert_close(after[name], before[name] + 0.25)
    for name in ("norm.running_mean", "norm.running_var"):
        torch.testing.assert_close(after[name], before[name] + (0.25 if follows else 0.0))
    assert torch.equal(after["mean_shape"], before["mean_shape"])


@pytest.mark.parametrize(("policy", "own"), [("own", True), ("ema", False)])
def test_only_a_teacher_with_own_statistics_takes_them_from_clean_films(
    student, image, unlabelled, policy: str, own: bool
):
    teacher = MeanTeacher(student, batch_norm=policy)
    before = teacher.network.norm.running_mean.clone()
    with torch.no_grad():
        output = teacher.pseudo_ground_truth(student, unlabelled(image))
    assert torch.equal(teacher.network.norm.running_mean, before) != own
    mode = student.eval() if policy == "ema" else student.train()
    torch.testing.assert_close(output.vertices, mode.forward_training(image).local_vertices)
    assert not output.vertices.requires_grad


def test_state_holds_weights_statistics_and_step(student, image, unlabelled):
    teacher, other = MeanTeacher(student), MeanTeacher(student)
    teacher.pseudo_ground_truth(student, unlabelled(image))
    move(student)
    teacher.after_step(student, BATCH, torch.zeros(1))
    other.load_state_dict(teacher.state_dict())
    assert other.step == 1
    for parameter, loaded in zip(
        teacher.network.state_dict().values(), other.network.state_dict().values(), strict=True
    ):
        assert torch.equal(parameter, loaded)


def test_start_makes_it_the_students_equal(student):
    teacher = MeanTeacher(student)
    move(student)
    teacher.start(student)
    assert torch.equal(teacher.network.conv.weight, student.conv.weight)
    assert all(not parameter.requires_grad for parameter in teacher.network.parameters())


@pytest.mark.parametrize("override", [{"ema_min": 1.1}, {"ema_min": 0.9, "ema_max": 0.8}, {"batch_norm": "frozen"}])
def test_impossible_settings_are_refused(student, override: dict):
    with pytest.raises(ConfigurationError, match="choose"):
        MeanTeacher(student, **override)
