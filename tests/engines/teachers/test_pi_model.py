# SPDX-License-Identifier: Apache-2.0
"""The student on the clean image."""

from __future__ import annotations

import torch

from bundle.engines.teachers import PiModel


def test_answer_is_the_students_as_it_is_now_in_training_mode(student, image, unlabelled):
    teacher = PiModel()
    before = student.norm.running_mean.clone()
    with torch.no_grad():
        student.conv.weight += 1.0
        answer = teacher.pseudo_ground_truth(student.eval(), unlabelled(image))
        expected = student.train().forward_training(image)
    torch.testing.assert_close(answer.vertices, expected.local_vertices)
    torch.testing.assert_close(answer.feature_map, expected.feature_map)
    assert not torch.equal(student.norm.running_mean, before)
    assert teacher.state_dict() == {}
