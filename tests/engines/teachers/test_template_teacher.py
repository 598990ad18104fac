# SPDX-License-Identifier: Apache-2.0
"""The frozen network of the warm-up as teacher."""

from __future__ import annotations

import torch

from bundle.engines.teachers import TemplateTeacher
from bundle.networks import TemplateMatching, hrnet_small


def test_answer_is_the_match_and_a_resume_takes_it_back():
    torch.manual_seed(0)
    film = {"image": torch.rand(1, 32, 32), "label": torch.tensor([[4.0, 8.0], [20.0, 12.0]])}
    matching = TemplateMatching(2, hrnet_small())
    matching.learn_templates([film])
    teacher, again = TemplateTeacher(matching), TemplateTeacher(TemplateMatching(2, hrnet_small()))
    image = torch.rand(2, 1, 32, 32)
    answer = teacher.pseudo_ground_truth(None, image, {})
    assert answer.feature_map is None
    torch.testing.assert_close(answer.vertices, matching(image))
    again.load_state_dict(teacher.state_dict())
    torch.testing.assert_close(again.pseudo_ground_truth(None, image, {}).vertices, answer.vertices)
