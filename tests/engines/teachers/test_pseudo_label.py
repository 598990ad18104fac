# SPDX-License-Identifier: Apache-2.0
"""The frozen network of stage 1."""

from __future__ import annotations

import torch

from bundle.engines.teachers import PseudoLabel


def test_answer_stays_that_of_stage_one(student, image, unlabelled):
    teacher = PseudoLabel(student)
    with torch.no_grad():
        student.conv.weight += 1.0
    teacher.start(student)
    expected = student.eval().forward_training(image)
    with torch.no_grad():
        student.conv.weight += 1.0
    teacher.after_step(student, unlabelled(image), torch.zeros(3, 2, 2))
    for _ in range(2):
        answer = teacher.pseudo_ground_truth(student, unlabelled(image))
        assert torch.equal(answer.vertices, expected.local_vertices)
        assert torch.equal(answer.feature_map, expected.feature_map)
    assert teacher.network is None


def test_state_makes_another_teacher_answer_the_same(student, image, unlabelled):
    teacher = PseudoLabel(student)
    with torch.no_grad():
        student.conv.weight += 1.0
    other = PseudoLabel(student)
    other.load_state_dict(teacher.state_dict())
    assert torch.equal(*(asked.pseudo_ground_truth(student, unlabelled(image)).vertices for asked in (teacher, other)))
