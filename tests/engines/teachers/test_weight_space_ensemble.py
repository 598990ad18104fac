# SPDX-License-Identifier: Apache-2.0
"""The network between stage 1 and the student."""

from __future__ import annotations

import pytest
import torch

from bundle.engines.teachers import MeanTeacher, PseudoLabel, WeightSpaceEnsemble
from bundle.errors import ConfigurationError


@pytest.fixture
def ensemble(student) -> WeightSpaceEnsemble:
    ensemble = WeightSpaceEnsemble(MeanTeacher(student), student, stage1_weight=0.25)
    ensemble.start(student)
    return ensemble


def step(ensemble: WeightSpaceEnsemble, student) -> dict[str, float]:
    with torch.no_grad():
        student.conv.bias += 1
        student.norm.running_mean += 1
        student.norm.num_batches_tracked += 1
    return ensemble.after_step(student, {"labelled": False}, torch.zeros(3, 2, 2))


def test_weights_and_statistics_lie_between_stage_one_and_the_student(ensemble: WeightSpaceEnsemble, student):
    before = student.conv.bias.clone()
    for steps in (1, 2):
        step(ensemble, student)
        torch.testing.assert_close(ensemble.network.conv.bias, before + 0.75 * steps)
        torch.testing.assert_close(ensemble.network.norm.running_mean, torch.full((4,), 0.75 * steps))
        assert ensemble.network.norm.num_batches_tracked == steps


def test_it_starts_as_stage_one(student):
    ensemble = WeightSpaceEnsemble(PseudoLabel(student), student, stage1_weight=0.25)
    with torch.no_grad():
        student.conv.bias += 1
    ensemble.start(student)
    torch.testing.assert_close(ensemble.network.conv.bias, student.conv.bias)
    ensemble.after_step(student, {}, torch.zeros(3, 2, 2))
    torch.testing.assert_close(ensemble.network.conv.bias, student.conv.bias)


def test_the_teacher_answers_and_follows(ensemble: WeightSpaceEnsemble, student, image: torch.Tensor):
    assert step(ensemble, student) == {"alpha": 0.99}
    answer = ensemble.pseudo_ground_truth(student, image, {})
    expected = ensemble.teacher.pseudo_ground_truth(student, image, {})
    torch.testing.assert_close(answer.vertices, expected.vertices)
    assert ensemble.teacher.step == 1


def test_resume_takes_back_teacher_and_networks(ensemble: WeightSpaceEnsemble, student):
    step(ensemble, student)
    again = WeightSpaceEnsemble(MeanTeacher(student), student, stage1_weight=0.25)
    again.load_state_dict(ensemble.state_dict())
    assert again.teacher.step == 1
    torch.testing.assert_close(again.network.conv.bias, ensemble.network.conv.bias)
    step(ensemble, student)
    again.after_step(student, {}, torch.zeros(3, 2, 2))
    torch.testing.assert_close(again.network.conv.bias, ensemble.network.conv.bias)


@pytest.mark.parametrize("weight", [-0.1, 1.1])
def test_weight_outside_its_range_is_refused(student, weight: float):
    with pytest.raises(ConfigurationError, match=f"stage1_weight is {weight}"):
        WeightSpaceEnsemble(PseudoLabel(student), student, weight)
