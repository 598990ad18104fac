# SPDX-License-Identifier: Apache-2.0
"""The memory of past predictions."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.engines.teachers import TemporalEnsemble
from bundle.errors import CheckpointError, ConfigurationError
from bundle.transforms.deformation import Deformation

IMAGE = torch.zeros(1, 1, 8, 8)


def batch(*films: int, shift: float = 0.0) -> dict:
    count = len(films)
    still = Deformation(
        torch.eye(2).expand(count, -1, -1),
        torch.zeros(count, 2),
        torch.full((count, 2), shift),
        torch.zeros(count, 2, 5, 5),
        torch.full((count,), 33.0),
    )
    return {"labelled": False, "film_index": torch.tensor(films), "deformation": still}


def teacher_in(folder: Path, films: int = 4, momentum: float = 0.6) -> TemporalEnsemble:
    teacher = TemporalEnsemble(films, 2, folder, momentum)
    teacher.start(None)
    return teacher


def see(teacher: TemporalEnsemble, value: float, *films: int, **place: float) -> None:
    teacher.after_step(None, batch(*films, **place), torch.full((len(films), 2, 2), value))


def answer(teacher: TemporalEnsemble, *films: int, **place: float) -> torch.Tensor:
    return teacher.pseudo_ground_truth(None, IMAGE, batch(*films, **place)).vertices


@settings(deadline=None, max_examples=25)
@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=6), momentum=st.floats(0, 0.95))
def test_answer_is_the_corrected_average(
    tmp_path_factory: pytest.TempPathFactory, values: list[float], momentum: float
):
    teacher = teacher_in(tmp_path_factory.mktemp("memory"), momentum=momentum)
    for value in values:
        see(teacher, value, 2)
    powers = [momentum ** (len(values) - 1 - index) for index in range(len(values))]
    expected = sum(power * value for power, value in zip(powers, values, strict=True)) / sum(powers)
    torch.testing.assert_close(answer(teacher, 2), torch.full((1, 2, 2), expected), atol=1e-5, rtol=0)


def test_film_never_seen_has_no_answer(tmp_path: Path):
    teacher = teacher_in(tmp_path)
    see(teacher, 0.5, 1)
    teacher.after_step(None, {"labelled": True}, torch.zeros(1, 2, 2))
    assert answer(teacher, 0, 1, 2).isnan().all(-1).all(-1).tolist() == [True, False, True]


def test_predictions_are_kept_in_coordinates_of_the_film(tmp_path: Path):
    teacher = teacher_in(tmp_path)
    see(teacher, 0.5, 0, shift=8.0)  # 8 of 32 pixels: a quarter
    torch.testing.assert_close(answer(teacher, 0), torch.full((1, 2, 2), 0.25))
    torch.testing.assert_close(answer(teacher, 0, shift=16.0), torch.full((1, 2, 2), 0.75))


def test_film_twice_in_a_batch_counts_twice(tmp_path: Path):
    teacher = teacher_in(tmp_path, momentum=0.5)
    teacher.after_step(None, batch(3, 3), torch.tensor([0.0, 1.0])[:, None, None].expand(-1, 2, 2))
    torch.testing.assert_close(answer(teacher, 3), torch.full((1, 2, 2), 0.5 / 0.75))


def test_resume_takes_back_the_memory_of_the_checkpoint(tmp_path: Path):
    teacher = teacher_in(tmp_path)
    see(teacher, 0.2, 0)
    state = teacher.state_dict()
    kept = answer(teacher, 0, 1)
    see(teacher, 0.9, 0, 1)
    teacher.state_dict()  # its last.pt was never written
    again = TemporalEnsemble(4, 2, tmp_path)
    again.load_state_dict(state)
    torch.testing.assert_close(answer(again, 0, 1), kept, equal_nan=True)
    see(again, 0.9, 0)
    again.state_dict()
    assert len(list(tmp_path.glob("temporal_ensemble-*.npy"))) == 2


def test_copies_do_not_pile_up(tmp_path: Path):
    teacher = teacher_in(tmp_path)
    for _ in range(5):
        see(teacher, 0.2, 0)
        teacher.state_dict()
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "temporal_ensemble-4.npy",
        "temporal_ensemble-5.npy",
        "temporal_ensemble.npy",
    ]


def test_memory_of_another_pool_or_none_is_refused(tmp_path: Path):
    state = teacher_in(tmp_path).state_dict()
    with pytest.raises(ValueError, match="remembers 4 films, this pool has 5"):
        TemporalEnsemble(5, 2, tmp_path).load_state_dict(state)
    (tmp_path / state["memory"]).unlink()
    with pytest.raises(CheckpointError, match="is missing, it belongs to"):
        TemporalEnsemble(4, 2, tmp_path).load_state_dict(state)


def test_memory_is_on_disk(tmp_path: Path):
    teacher = teacher_in(tmp_path, films=1000)
    assert teacher.file.stat().st_size == pytest.approx(1000 * (8 * 2 + 4), abs=300)


def test_momentum_of_one_is_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="ensemble_momentum is 1"):
        TemporalEnsemble(4, 2, tmp_path, 1)
