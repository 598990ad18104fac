# SPDX-License-Identifier: Apache-2.0
"""Past predictions of a film are its teacher."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from bundle.engines.teachers import FilmMemory, TemporalEnsemble
from bundle.loading.unlabelled_batch import UnlabelledBatch

IMAGE = torch.zeros(1, 1, 8, 8)


@pytest.fixture
def teacher(tmp_path: Path) -> TemporalEnsemble:
    teacher = TemporalEnsemble(FilmMemory(4, 2, tmp_path, 0.6))
    teacher.start(None)
    return teacher


def answer(teacher: TemporalEnsemble, batch: UnlabelledBatch) -> torch.Tensor:
    return teacher.pseudo_ground_truth(None, batch).vertices


def test_labelled_batches_are_not_remembered(teacher: TemporalEnsemble, unlabelled):
    teacher.after_step(None, unlabelled(IMAGE, 1), torch.full((1, 2, 2), 0.5))
    teacher.after_step(None, {"image": IMAGE}, torch.zeros(1, 2, 2))
    assert answer(teacher, unlabelled(IMAGE.expand(2, -1, -1, -1), 0, 1)).isnan().all(-1).all(-1).tolist() == [
        True,
        False,
    ]


def test_predictions_are_kept_in_coordinates_of_the_film(teacher: TemporalEnsemble, unlabelled):
    teacher.after_step(None, unlabelled(IMAGE, 0, shift=8.0), torch.full((1, 2, 2), 0.5))  # 8 of 32 pixels: a quarter
    torch.testing.assert_close(answer(teacher, unlabelled(IMAGE, 0)), torch.full((1, 2, 2), 0.25))
    torch.testing.assert_close(answer(teacher, unlabelled(IMAGE, 0, shift=16.0)), torch.full((1, 2, 2), 0.75))
