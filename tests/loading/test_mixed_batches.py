# SPDX-License-Identifier: Apache-2.0
"""Labelled and unlabelled batches, 1 : R."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from monai.data import DataLoader

from bundle.errors import ConfigurationError
from bundle.loading.mixed_batches import MixedBatches, TrainingBatch
from bundle.loading.pool_sampler import PoolSampler
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.loading.unlabelled_films import UnlabelledFilms


def deform(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "deformation": torch.eye(2)}


def batches(ratio: int, epoch_length: int, films: int = 7, batch_size: int = 2) -> MixedBatches:
    labelled = DataLoader([{"image": -1}] * batch_size * epoch_length, batch_size=batch_size)
    pool = UnlabelledFilms(
        [{"image": torch.tensor(film), "name": str(film)} for film in range(films)], deform, cache_dir=None
    )
    unlabelled = DataLoader(
        pool, batch_size=batch_size, sampler=PoolSampler(pool, 0), collate_fn=UnlabelledBatch.collate
    )
    return MixedBatches(labelled, unlabelled, ratio, epoch_length)


def epochs(mixed: MixedBatches, count: int) -> list[TrainingBatch]:
    seen = []
    for epoch in range(1, count + 1):
        mixed.epoch = epoch
        seen += list(mixed)
    return seen


@settings(deadline=None, max_examples=20)
@given(ratio=st.integers(0, 6), epoch_length=st.integers(1, 5))
def test_one_batch_in_r_plus_one_is_labelled_whatever_the_epochs(ratio: int, epoch_length: int):
    mixed = batches(ratio, epoch_length)
    assert len(mixed) == epoch_length
    seen = epochs(mixed, 4)
    unlabelled = [batch for batch in seen if isinstance(batch, UnlabelledBatch)]
    assert [batch in unlabelled for batch in seen] == [step % (ratio + 1) != 0 for step in range(4 * epoch_length)]
    films = [film for batch in unlabelled for film in batch.index.tolist()]
    assert sorted(films[:7]) == list(range(7))[: len(films)] or len(films) < 7
    assert all(batch.view.image.tolist() == batch.index.tolist() for batch in unlabelled)


def test_an_epoch_can_be_entered_anew():
    mixed = batches(2, 5)
    whole = [films_of(batch) for batch in epochs(mixed, 3)]
    resumed = batches(2, 5)
    resumed.epoch = 3
    assert [films_of(batch) for batch in resumed] == whole[10:]


def films_of(batch: TrainingBatch) -> list[int]:
    images: torch.Tensor = batch.film if isinstance(batch, UnlabelledBatch) else batch["image"]
    return images.tolist()


@pytest.mark.parametrize(("ratio", "length"), [(-1, 1), (0.5, 1), (1, 0), ("many", 1)])
def test_impossible_schedule_is_refused(ratio: object, length: int):
    with pytest.raises(ConfigurationError, match="choose a whole number of at least"):
        MixedBatches(DataLoader([]), DataLoader([]), ratio, length)


def test_control_without_unlabelled_films_is_possible():
    assert not any(isinstance(batch, UnlabelledBatch) for batch in batches(0, 3, films=0))
