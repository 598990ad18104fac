# SPDX-License-Identifier: Apache-2.0
"""What teachers say over the views of a film."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from bundle.engines.teachers import FilmMemory, MeanTeacher, MedianMemory, MultiView, PiModel, PseudoLabel
from bundle.errors import ConfigurationError


@pytest.fixture
def teacher(student, tmp_path: Path) -> MultiView:
    teacher = MultiView({"average": MeanTeacher(student, batch_norm="ema")}, FilmMemory(4, 2, tmp_path, 0.5))
    teacher.start(student)
    return teacher


def prediction(teacher: MultiView, image: torch.Tensor) -> torch.Tensor:
    return teacher.network.eval().forward_training(image).local_vertices


def test_answer_is_the_average_of_the_views_carried_to_each(teacher: MultiView, image: torch.Tensor, shifted):
    film = image[:1]
    predicted = prediction(teacher, film)
    for shift in (0.0, 8.0):
        answer = teacher.pseudo_ground_truth(None, film, shifted(2, shift=shift)).vertices
    # the same prediction in both views: in the film, the second one lies 8 of 32 pixels before the first
    average = (0.5 * predicted + (predicted - 0.25)) / 1.5
    torch.testing.assert_close(answer, average + 0.25, atol=1e-5, rtol=0)


def test_a_film_seen_first_is_answered_by_its_own_view(teacher: MultiView, image: torch.Tensor, shifted):
    answer = teacher.pseudo_ground_truth(None, image[:1], shifted(3, shift=5.0)).vertices
    torch.testing.assert_close(answer, prediction(teacher, image[:1]), atol=1e-5, rtol=0)


def test_resume_takes_back_network_and_memory(
    teacher: MultiView, student, image: torch.Tensor, shifted, tmp_path: Path
):
    teacher.pseudo_ground_truth(None, image[:1], shifted(1))
    with torch.no_grad():
        next(student.parameters()).add_(1)
    teacher.after_step(student, shifted(1), torch.zeros(1, 2, 2))
    state = teacher.state_dict()
    memory = FilmMemory(4, 2, tmp_path, 0.5)
    again = MultiView({"average": MeanTeacher(student, batch_norm="ema")}, memory)
    again.load_state_dict(state)
    torch.testing.assert_close(again.memory.recall(torch.tensor([1])), teacher.memory.recall(torch.tensor([1])))
    assert again.teachers["average"].step == 1
    torch.testing.assert_close(next(again.network.parameters()), next(teacher.network.parameters()))


@pytest.fixture
def two_teachers(student, tmp_path: Path) -> MultiView:
    """Stage 1, whose answers stay, and an average that is the student after each step."""
    teachers = {"stage1": PseudoLabel(student), "average": MeanTeacher(student, ema_min=0.0, ema_max=0.0)}
    teacher = MultiView(teachers, MedianMemory(4, 2, tmp_path, answers=4))
    teacher.start(student)
    return teacher


def test_answer_is_the_median_of_all_teachers_in_all_views(
    two_teachers: MultiView, student, image: torch.Tensor, shifted
):
    with torch.no_grad():
        student.conv.bias += 1
        student.norm.bias += 1
    two_teachers.after_step(student, {"labelled": False}, torch.zeros(1, 2, 2))
    answers = [
        teacher.pseudo_ground_truth(student, image[:1], {}).vertices for teacher in two_teachers.teachers.values()
    ]
    assert not torch.allclose(*answers, atol=0.1)
    two_teachers.pseudo_ground_truth(student, image[:1], shifted(2))
    answer = two_teachers.pseudo_ground_truth(student, image[:1], shifted(2, shift=8.0)).vertices
    in_film = torch.stack([*answers, *(answer - 0.25 for answer in answers)])
    expected = torch.quantile(in_film, 0.5, dim=0, interpolation="midpoint") + 0.25
    torch.testing.assert_close(answer, expected, atol=1e-5, rtol=0)


def test_the_network_that_learns_and_its_figures_are_passed_on(two_teachers: MultiView, student):
    assert two_teachers.network is two_teachers.teachers["average"].network
    assert two_teachers.figures == ("alpha",)
    assert two_teachers.after_step(student, {"labelled": False}, torch.zeros(1, 2, 2)) == {"alpha": 0.0}


def test_teachers_without_a_network_make_none(student, tmp_path: Path):
    teachers = {"stage1": PseudoLabel(student), "student": PiModel()}
    assert MultiView(teachers, MedianMemory(4, 2, tmp_path, answers=4)).network is None


@pytest.mark.parametrize("learning", [0, 2])
def test_no_teacher_or_two_that_learn_are_refused(student, tmp_path: Path, learning: int):
    teachers = {str(index): MeanTeacher(student) for index in range(learning)}
    with pytest.raises(ConfigurationError, match=f"{learning} of them with a network that learns"):
        MultiView(teachers, FilmMemory(4, 2, tmp_path, 0.5))
