# SPDX-License-Identifier: Apache-2.0
"""Labelled films of which some cannot be read: the others are used, and these are named and counted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset
from tqdm import tqdm

from bundle.errors import RadiographError
from bundle.films.refusal import refused_by_name
from bundle.loading.cached_films import CachedFilms

logger = logging.getLogger(__name__)


class ReadableFilms(TorchDataset):
    """Films cached on disk, those that can be read and prepared; each of the others is logged once.

    All are read before the first is used.

    Args:
        data: items of `datalist`.
        transform: reads and prepares a film.
        cache_dir: see `CachedFilms`.
        num_workers: processes that read.

    Raises:
        RadiographError: none can be read.
    """

    def __init__(
        self, data: Sequence[dict[str, Any]], transform: Any, cache_dir: str | Path | None, num_workers: int = 0
    ) -> None:
        self.dataset = CachedFilms(data, transform, cache_dir)
        self.num_workers = num_workers

    @cached_property
    def refusals(self) -> dict[int, str]:
        """Why a film cannot be read, by its place in the dataset."""
        tried = DataLoader(_Tried(self.dataset), batch_size=None, num_workers=self.num_workers)
        sentences = enumerate(tqdm(tried, desc="reading", unit="film", disable=None))
        refusals = {film: sentence for film, sentence in sentences if sentence is not None}
        for sentence in refusals.values():
            logger.error(sentence)
        if len(refusals) == len(self.dataset):
            raise RadiographError(f"none of the {len(refusals)} films can be read; the reasons are in the log above")
        return refusals

    @cached_property
    def unreadable(self) -> list[str]:
        """Names of the films that cannot be read, in name order."""
        return sorted(self.dataset.data[film]["name"] for film in self.refusals)

    @cached_property
    def _readable(self) -> list[int]:
        return [film for film in range(len(self.dataset)) if film not in self.refusals]

    def __len__(self) -> int:
        """Number of films that can be read."""
        return len(self._readable)

    def __getitem__(self, index: int) -> Any:
        """Return the prepared item of a film that can be read."""
        return self.dataset[self._readable[index]]

    def require_complete(self) -> None:
        """Raise for films that could not be read, when all others are done.

        Raises:
            RadiographError: naming them.
        """
        if self.unreadable:
            raise RadiographError(
                f"{len(self.unreadable)} of {len(self.dataset)} films could not be read: {', '.join(self.unreadable)}; "
                "all others are done, the reasons are in the log above"
            )


class _Tried(TorchDataset):
    """Of each film of a dataset why it cannot be read, None where it can."""

    def __init__(self, dataset: CachedFilms) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> str | None:
        try:
            with refused_by_name(self.dataset.data[index]["name"]):
                self.dataset[index]
        except RadiographError as error:
            return str(error)
        return None
