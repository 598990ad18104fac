# SPDX-License-Identifier: Apache-2.0
"""Template matching in windows, near what stage 1 says."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from bundle.engines.teachers import WindowTeacher
from bundle.errors import ConfigurationError
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import WindowMatching


def matching(seed: int = 0) -> WindowMatching:
    torch.manual_seed(seed)
    network = WindowMatching(2, widths=(4, 4, 4, 4), channels=8, reductions=(1,))
    network.learn_templates([{"image": torch.rand(1, 32, 32), "label": torch.tensor([[4.0, 8.0], [20.0, 12.0]])}])
    return network


@pytest.fixture
def teacher(student: nn.Module) -> WindowTeacher:
    with torch.no_grad():
        student.mean_shape.fill_(0.5)
    teacher = WindowTeacher(matching(), student, reach=0.2)
    teacher.start(student)
    return teacher


def test_it_looks_in_the_view_near_what_stage_one_says_of_the_film(
    teacher: WindowTeacher, student: nn.Module, batch: UnlabelledBatch
):
    near = student.eval().forward_training(batch.film).local_vertices + 0.25
    with torch.no_grad():
        student.norm.bias += 1  # what the student learns changes nothing
    answer = teacher.pseudo_ground_truth(student, batch)
    torch.testing.assert_close(answer.vertices, teacher.matching.match_near(batch.view.image, near, 0.2))
    assert answer.feature_map is None


def test_resume_takes_all_back(teacher: WindowTeacher, student: nn.Module, batch: UnlabelledBatch):
    again = WindowTeacher(matching(1), student, reach=0.2)
    again.load_state_dict(teacher.state_dict())
    first, second = (one.pseudo_ground_truth(student, batch).vertices for one in (teacher, again))
    torch.testing.assert_close(first, second)


def test_no_reach_is_refused(student: nn.Module):
    with pytest.raises(ConfigurationError, match="reach is 0"):
        WindowTeacher(matching(), student, reach=0)
