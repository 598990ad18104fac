# SPDX-License-Identifier: Apache-2.0
"""The memory of past predictions."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.engines.teachers import FilmMemory
from bundle.errors import CheckpointError, ConfigurationError


def memory_in(folder: Path, films: int = 4, momentum: float = 0.6) -> FilmMemory:
    memory = FilmMemory(films, 2, folder, momentum)
    memory.start()
    return memory


def see(memory: FilmMemory, value: float, *films: int) -> None:
    memory.remember(torch.tensor(films), torch.full((len(films), 2, 2), value))


def answer(memory: FilmMemory, *films: int) -> torch.Tensor:
    return memory.recall(torch.tensor(films))


@settings(deadline=None, max_examples=25)
@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=6), momentum=st.floats(0, 0.95))
def test_answer_is_the_corrected_average(
    tmp_path_factory: pytest.TempPathFactory, values: list[float], momentum: float
):
    memory = memory_in(tmp_path_factory.mktemp("memory"), momentum=momentum)
    for value in values:
        see(memory, value, 2)
    powers = [momentum ** (len(values) - 1 - index) for index in range(len(values))]
    expected = sum(power * value for power, value in zip(powers, values, strict=True)) / sum(powers)
    torch.testing.assert_close(answer(memory, 2), torch.full((1, 2, 2), expected), atol=1e-5, rtol=0)


def test_film_never_seen_has_no_answer(tmp_path: Path):
    memory = memory_in(tmp_path)
    see(memory, 0.5, 1)
    assert answer(memory, 0, 1, 2).isnan().all(-1).all(-1).tolist() == [True, False, True]


def test_film_twice_in_a_batch_counts_twice(tmp_path: Path):
    memory = memory_in(tmp_path, momentum=0.5)
    memory.remember(torch.tensor([3, 3]), torch.tensor([0.0, 1.0])[:, None, None].expand(-1, 2, 2))
    torch.testing.assert_close(answer(memory, 3), torch.full((1, 2, 2), 0.5 / 0.75))


def test_resume_takes_back_the_memory_of_the_checkpoint(tmp_path: Path):
    memory = memory_in(tmp_path)
    see(memory, 0.2, 0)
    state = memory.state_dict()
    kept = answer(memory, 0, 1)
    see(memory, 0.9, 0, 1)
    memory.state_dict()  # its last.pt was never written
    again = FilmMemory(4, 2, tmp_path, 0.6)
    again.load_state_dict(state)
    torch.testing.assert_close(answer(again, 0, 1), kept, equal_nan=True)
    see(again, 0.9, 0)
    again.state_dict()
    assert len(list(tmp_path.glob("film_memory-*.npy"))) == 2


def test_copies_do_not_pile_up(tmp_path: Path):
    memory = memory_in(tmp_path)
    for _ in range(5):
        see(memory, 0.2, 0)
        memory.state_dict()
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["film_memory-4.npy", "film_memory-5.npy", "film_memory.npy"]


def test_memory_of_another_pool_or_none_is_refused(tmp_path: Path):
    state = memory_in(tmp_path).state_dict()
    with pytest.raises(ValueError, match="remembers 4 films, this pool has 5"):
        FilmMemory(5, 2, tmp_path, 0.6).load_state_dict(state)
    (tmp_path / state["memory"]).unlink()
    with pytest.raises(CheckpointError, match="is missing, it belongs to"):
        FilmMemory(4, 2, tmp_path, 0.6).load_state_dict(state)


def test_memory_is_on_disk(tmp_path: Path):
    memory = memory_in(tmp_path, films=1000)
    assert memory.file.stat().st_size == pytest.approx(1000 * (8 * 2 + 4), abs=300)


def test_momentum_of_one_is_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="ensemble_momentum is 1"):
        FilmMemory(4, 2, tmp_path, 1)
