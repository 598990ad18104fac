# SPDX-License-Identifier: Apache-2.0
"""The median of a film's first predictions."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from bundle.engines.teachers import MedianMemory
from bundle.errors import ConfigurationError

FILM = torch.tensor([1])


def memory_in(folder: Path, *values: float) -> MedianMemory:
    """A memory of three answers that was shown these predictions of the film."""
    memory = MedianMemory(3, 2, folder, answers=3)
    memory.start()
    for value in values:
        memory.remember(FILM, torch.full((1, 2, 2), value))
    return memory


@pytest.mark.parametrize(
    ("seen", "median"),
    [
        ([0.4], 0.4),
        ([0.4, 0.6], 0.5),
        ([0.4, 9.0, 0.5], 0.5),
        ([0.1, 0.2, 0.6, 0.7, 0.8], 0.2),  # there is no room for the last two
    ],
)
def test_answer_is_the_median_of_the_first_views(tmp_path: Path, seen: list[float], median: float):
    answer = memory_in(tmp_path, *seen).recall(FILM)
    torch.testing.assert_close(answer, torch.full((1, 2, 2), median))


def test_there_is_room_until_all_answers_are_kept(tmp_path: Path):
    films = torch.tensor([0, 1])
    assert memory_in(tmp_path, 0.1, 0.2).has_room(films).tolist() == [True, True]
    assert memory_in(tmp_path, 0.1, 0.2, 0.3).has_room(films).tolist() == [True, False]


def test_film_never_seen_has_no_answer(tmp_path: Path):
    answer = memory_in(tmp_path, 0.5).recall(torch.tensor([0, 1]))
    assert answer.isnan().all(-1).all(-1).tolist() == [True, False]


def test_resume_goes_on_where_the_checkpoint_was(tmp_path: Path):
    memory = memory_in(tmp_path, 0.1, 0.2)
    state = memory.state_dict()
    memory.remember(FILM, torch.full((1, 2, 2), 9.0))
    again = MedianMemory(3, 2, tmp_path, answers=3)
    again.load_state_dict(state)
    again.remember(FILM, torch.full((1, 2, 2), 0.15))
    torch.testing.assert_close(again.recall(FILM), torch.full((1, 2, 2), 0.15))


def test_no_answer_is_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="remembered_answers is 0"):
        MedianMemory(3, 2, tmp_path, answers=0)
