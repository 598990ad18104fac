# SPDX-License-Identifier: Apache-2.0
"""Stage 1 and the network of the warm-up as one teacher."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from bundle.engines.teachers import TemplateTeacher
from bundle.errors import ConfigurationError
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import TemplateMatching


def matchings() -> list[TemplateMatching]:
    matching = TemplateMatching(2, "hrnet_small")
    return [matching, matching.at_scale(2)]


@pytest.fixture
def teacher(student: nn.Module) -> TemplateTeacher:
    film = {"image": torch.rand(1, 32, 32), "label": torch.tensor([[4.0, 8.0], [20.0, 12.0]])}
    networks = matchings()
    for network in networks:
        network.learn_templates([film])
    teacher = TemplateTeacher(networks, student, reach=0.2)
    with torch.no_grad():
        student.mean_shape.fill_(0.5)
    teacher.start(student)
    return teacher


def test_answers_are_stage_one_of_the_film_and_the_matches_near_it_in_the_view(
    teacher: TemplateTeacher, student: nn.Module, batch: UnlabelledBatch
):
    stage1, *matches = teacher.answers(student, batch)
    torch.testing.assert_close(stage1, student.eval().forward_training(batch.film).local_vertices + 0.25)
    for matching, match in zip(teacher.matchings, matches, strict=True):
        torch.testing.assert_close(match, matching.match_near(batch.view.image, stage1, 0.2 / matching.scale))
    answer = teacher.pseudo_ground_truth(student, batch)
    torch.testing.assert_close(answer.vertices, (stage1 + sum(matches)) / 3)
    assert answer.feature_map is None


def test_stage_one_stays_when_the_student_learns(teacher: TemplateTeacher, student: nn.Module, batch: UnlabelledBatch):
    before = teacher.answers(student, batch)
    with torch.no_grad():
        student.norm.bias += 1
    torch.testing.assert_close(teacher.answers(student, batch), before)


def test_resume_takes_all_back(teacher: TemplateTeacher, student: nn.Module, batch: UnlabelledBatch):
    again = TemplateTeacher(matchings(), student, reach=0.2)
    with torch.no_grad():
        again.stage1.norm.bias += 1
    again.load_state_dict(teacher.state_dict())
    torch.testing.assert_close(again.answers(student, batch), teacher.answers(student, batch))


def test_no_reach_is_refused(student: nn.Module):
    with pytest.raises(ConfigurationError, match="reach is 0"):
        TemplateTeacher(matchings(), student, reach=0)
