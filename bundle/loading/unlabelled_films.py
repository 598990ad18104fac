# SPDX-License-Identifier: Apache-2.0
"""Films that are learned from without landmarks; one that cannot be read never ends a run."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from monai.data.utils import list_data_collate

from bundle.errors import RadiographError
from bundle.films.refusal import refused_by_name
from bundle.loading.cached_films import CachedFilms

logger = logging.getLogger(__name__)

PASSED_OVER = "passed_over"


class UnlabelledFilms(CachedFilms):
    """Films cached on disk; where one cannot be read, the next one in the list stands in for it.

    Items carry `film_index`, the place of their film in the list, and `passed_over`, what was found unreadable while
    looking for it; `collate_unlabelled` takes both to the process that trains, and `report` logs it there.

    Args:
        data: items of `datalist`.
        transform: reads, prepares and augments a film.
        cache_dir: see `CachedFilms`.
    """

    def __init__(self, data: Sequence[dict[str, Any]], transform: Any, cache_dir: str | Path | None) -> None:
        super().__init__(data, transform, cache_dir)
        self.unreadable: dict[int, str] = {}

    def _transform(self, index: int) -> dict[str, Any]:
        passed_over: dict[int, str] = {}
        for offset in range(len(self.data)):
            film = (index + offset) % len(self.data)
            if film in self.unreadable:
                continue
            try:
                with refused_by_name(self.data[film]["name"]):
                    prepared = self._cachecheck(self.data[film])
            except RadiographError as error:
                passed_over[film] = str(error)
                continue
            return {**self._post_transform(prepared), "film_index": film, PASSED_OVER: passed_over}
        reasons = [*self.unreadable.values(), *passed_over.values()]
        raise RadiographError(f"none of the {len(self.data)} unlabelled films can be read; the first: {reasons[0]}")

    def report(self, passed_over: Mapping[int, str]) -> None:
        """Log films that were found unreadable, each once, and read them no more."""
        for film, reason in passed_over.items():
            if film not in self.unreadable:
                self.unreadable[film] = reason
                logger.warning(f"{reason} (unlabelled, passed over; {len(self.unreadable)} of {len(self.data)} so far)")


def collate_unlabelled(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Collate items of `UnlabelledFilms`; `passed_over` of the batch is theirs together."""
    passed_over = {film: reason for item in items for film, reason in item.pop(PASSED_OVER).items()}
    return {**list_data_collate(items), PASSED_OVER: passed_over}
