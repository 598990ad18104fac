# SPDX-License-Identifier: Apache-2.0
"""What a teacher says over the views of a film."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from bundle.engines.teachers import FilmMemory, MeanTeacher, MedianMemory, MultiView, PseudoLabel
from bundle.loading.unlabelled_batch import UnlabelledBatch


@pytest.fixture
def teacher(student, tmp_path: Path) -> MultiView:
    teacher = MultiView(MeanTeacher(student, batch_norm="ema"), FilmMemory(4, 2, tmp_path, 0.5))
    teacher.start(student)
    return teacher


def prediction(teacher: MultiView, image: torch.Tensor) -> torch.Tensor:
    return teacher.network.eval().forward_training(image).local_vertices


def test_answer_is_the_average_of_the_views_carried_to_each(teacher: MultiView, image: torch.Tensor, unlabelled):
    film = image[:1]
    predicted = prediction(teacher, film)
    for shift in (0.0, 8.0):
        answer = teacher.pseudo_ground_truth(None, unlabelled(film, 2, shift=shift)).vertices
    # the same prediction in both views: in the film, the second one lies 8 of 32 pixels before the first
    average = (0.5 * predicted + (predicted - 0.25)) / 1.5
    torch.testing.assert_close(answer, average + 0.25, atol=1e-5, rtol=0)


def test_a_film_seen_first_is_answered_by_its_own_view(teacher: MultiView, image: torch.Tensor, unlabelled):
    answer = teacher.pseudo_ground_truth(None, unlabelled(image[:1], 3, shift=5.0)).vertices
    torch.testing.assert_close(answer, prediction(teacher, image[:1]), atol=1e-5, rtol=0)


class TwoAnswers(PseudoLabel):
    """Stage 1, and the same a quarter of the image further on."""

    def answers(self, student, batch: UnlabelledBatch) -> tuple[torch.Tensor, ...]:
        vertices = self.pseudo_ground_truth(student, batch).vertices
        return vertices, vertices + 0.25


def test_answer_is_the_median_of_all_answers_in_all_views(student, image: torch.Tensor, unlabelled, tmp_path: Path):
    teacher = MultiView(TwoAnswers(student), MedianMemory(4, 2, tmp_path, answers=4))
    teacher.start(student)
    vertices = student.eval().forward_training(image[:1]).local_vertices
    for shift in (0.0, 8.0):
        answer = teacher.pseudo_ground_truth(student, unlabelled(image[:1], 2, shift=shift)).vertices
    # of the film: v, v + 1/4, and in the view shifted by 8 of 32 pixels v - 1/4, v
    torch.testing.assert_close(answer, vertices + 0.25, atol=1e-5, rtol=0)


def test_a_film_with_enough_answers_is_asked_no_more(student, image: torch.Tensor, unlabelled, tmp_path: Path):
    asked = []

    class Listening(TwoAnswers):
        def answers(self, student, batch: UnlabelledBatch) -> tuple[torch.Tensor, ...]:
            view, deformation = batch.view
            asked.append((batch.index.tolist(), len(view), len(batch.film), deformation.shift[:, 0].tolist()))
            return super().answers(student, batch)

    teacher = MultiView(Listening(student), MedianMemory(4, 2, tmp_path, answers=2))
    teacher.start(student)
    films = torch.cat([image[:1], image[:1]])
    first = teacher.pseudo_ground_truth(student, unlabelled(image[:1], 2)).vertices
    both = teacher.pseudo_ground_truth(student, unlabelled(films, 2, 3, shift=8.0)).vertices
    again = teacher.pseudo_ground_truth(student, unlabelled(films, 3, 2)).vertices
    assert asked == [([2], 1, 1, [0.0]), ([3], 1, 1, [8.0])]
    torch.testing.assert_close(both[0], first[0] + 0.25, atol=1e-5, rtol=0)
    torch.testing.assert_close(again[0], both[1] - 0.25, atol=1e-5, rtol=0)


def test_resume_takes_back_network_and_memory(
    teacher: MultiView, student, image: torch.Tensor, unlabelled, tmp_path: Path
):
    teacher.pseudo_ground_truth(None, unlabelled(image[:1], 1))
    with torch.no_grad():
        next(student.parameters()).add_(1)
    teacher.after_step(student, unlabelled(image[:1], 1), torch.zeros(1, 2, 2))
    state = teacher.state_dict()
    memory = FilmMemory(4, 2, tmp_path, 0.5)
    again = MultiView(MeanTeacher(student, batch_norm="ema"), memory)
    again.load_state_dict(state)
    torch.testing.assert_close(again.memory.recall(torch.tensor([1])), teacher.memory.recall(torch.tensor([1])))
    assert again.teacher.step == 1
    torch.testing.assert_close(next(again.network.parameters()), next(teacher.network.parameters()))
