# SPDX-License-Identifier: Apache-2.0
"""The median of a film's first predictions, and the shape of all films against what went astray."""

from __future__ import annotations

from pathlib import Path

import torch

from bundle.engines.teachers import ShapeMemory
from bundle.engines.teachers.shape_memory import FEWEST

FILMS, LANDMARKS = 30, 6


def predictions() -> torch.Tensor:
    """Films alike but for their place and a little noise; a landmark of the first jumps."""
    generator = torch.Generator().manual_seed(0)
    shape = torch.rand(LANDMARKS, 2, generator=generator)
    points = shape + 0.05 * torch.randn(FILMS, 1, 2, generator=generator)
    points = points + 0.01 * torch.randn(FILMS, LANDMARKS, 2, generator=generator)
    points[0, 2] += 0.3
    return points


def memory_of(folder: Path, films: int) -> ShapeMemory:
    memory = ShapeMemory(FILMS, LANDMARKS, folder, answers=2)
    memory.start()
    memory.remember(torch.arange(films), predictions()[:films])
    return memory


def test_a_landmark_that_does_not_fit_is_moved(tmp_path: Path):
    recalled = memory_of(tmp_path, FILMS).recall(torch.arange(FILMS))
    right = predictions()
    right[0, 2] -= 0.3
    assert (recalled - right).norm(dim=-1)[0, 2] < 0.05
    assert (recalled - right).norm(dim=-1).mean() < 0.015


def test_few_films_are_recalled_as_they_are(tmp_path: Path):
    films = torch.arange(FEWEST - 1)
    torch.testing.assert_close(memory_of(tmp_path, FEWEST - 1).recall(films), predictions()[: FEWEST - 1])


def test_a_film_never_seen_has_no_answer(tmp_path: Path):
    recalled = memory_of(tmp_path, FILMS - 1).recall(torch.tensor([0, FILMS - 1]))
    assert recalled.isnan().flatten(1).all(dim=1).tolist() == [False, True]


def test_the_shape_follows_what_is_remembered_and_resume_has_the_same(tmp_path: Path):
    memory, films = memory_of(tmp_path, FEWEST), torch.arange(FEWEST)
    before = memory.recall(films)
    memory.remember(torch.arange(FILMS), predictions())
    after = memory.recall(films)
    assert not torch.equal(before, after)
    again = ShapeMemory(FILMS, LANDMARKS, tmp_path, answers=2)
    again.load_state_dict(memory.state_dict())
    torch.testing.assert_close(again.recall(films), after, rtol=0, atol=0)
