# SPDX-License-Identifier: Apache-2.0
"""Labelled and unlabelled batches in turn, 1 : R."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ignite.engine import Engine, Events
from monai.data import DataLoader
from torch.utils.data import Dataset

from bundle.errors import ConfigurationError
from bundle.loading.pool_sampler import PoolSampler
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.loading.unlabelled_films import UnlabelledFilms

TrainingBatch = Mapping[str, Any] | UnlabelledBatch
"""Its type tells what it is: MONAI's dictionary is labelled."""


class MixedBatches:
    """Batches of a semi-supervised trainer: iteration 0, R + 1, 2 (R + 1), … of a run is labelled, the others are not.

    What comes at an iteration is known from its number, so that a resumed run goes on where it was.

    Args:
        labelled: loader of as many labelled batches as an epoch has iterations, or more.
        unlabelled: loader of `UnlabelledFilms` with a `PoolSampler`, which gives an `UnlabelledBatch` each.
        ratio: R, unlabelled batches to one labelled; 0 for labelled ones alone.
        epoch_length: iterations an epoch.

    Raises:
        ConfigurationError: such a schedule cannot be followed.
    """

    def __init__(self, labelled: DataLoader, unlabelled: DataLoader, ratio: int, epoch_length: int) -> None:
        for name, value, least in (("ratio", ratio, 0), ("epoch_length", epoch_length, 1)):
            if not isinstance(value, int) or value < least:
                raise ConfigurationError(f"{name} is {value!r}; choose a whole number of at least {least}")
        self.labelled = labelled
        self.unlabelled = unlabelled
        self.ratio = ratio
        self.epoch_length = epoch_length
        self.epoch = 1

    @property
    def datasets(self) -> list[Dataset]:
        """Those of the labelled and of the unlabelled films."""
        return [self.labelled.dataset, self.unlabelled.dataset]

    def attach(self, engine: Engine) -> None:
        """Follow the epochs of a trainer."""
        engine.add_event_handler(Events.EPOCH_STARTED, self._epoch_started)

    def _epoch_started(self, engine: Engine) -> None:
        self.epoch = engine.state.epoch

    def __len__(self) -> int:
        """Iterations an epoch."""
        return self.epoch_length

    def __iter__(self) -> Iterator[TrainingBatch]:
        """Yield the batches of the epoch."""
        first = (self.epoch - 1) * self.epoch_length
        iterations = range(first, first + self.epoch_length)
        self._sampler.take(range(self._films_before(iterations.start), self._films_before(iterations.stop)))
        unlabelled = iter(self.unlabelled) if len(self._sampler) else iter(())
        labelled: Iterator[dict[str, Any]] | None = None
        for iteration in iterations:
            if iteration % (self.ratio + 1) == 0:
                labelled = iter(self.labelled) if labelled is None else labelled
                yield next(labelled)
            else:
                batch: UnlabelledBatch = next(unlabelled)
                self._films.report(batch.unreadable)
                yield batch

    @property
    def _films(self) -> UnlabelledFilms:
        return self.unlabelled.dataset  # type: ignore[return-value]  # torch does not know its own sampler's dataset

    @property
    def _sampler(self) -> PoolSampler:
        return self.unlabelled.sampler  # type: ignore[return-value]

    def _films_before(self, iteration: int) -> int:
        labelled = -(-iteration // (self.ratio + 1))
        return (iteration - labelled) * int(self.unlabelled.batch_size or 1)
