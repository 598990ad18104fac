# SPDX-License-Identifier: Apache-2.0
"""Films that are learned from without landmarks; one that cannot be read never ends a run."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from monai.transforms import Compose

from bundle.errors import RadiographError
from bundle.films.refusal import refused_by_name
from bundle.loading.cached_films import CachedFilms
from bundle.loading.unlabelled_batch import FilmView, UnlabelledFilm

logger = logging.getLogger(__name__)


class UnlabelledFilms(CachedFilms):
    """Films cached on disk, in random views; where one cannot be read, the next one in the list stands in for it.

    Items are an `UnlabelledFilm` each. A loader collates them by `UnlabelledBatch.collate`, which takes what was found
    unreadable to the process that trains; `report` logs it there.

    Args:
        data: items of `datalist`.
        transform: reads and prepares a film; its random part, which must not change the film in place, gives `image`
            and `deformation`, as `without_landmarks` does.
        cache_dir: see `CachedFilms`.
        views: number of views of a film.
    """

    def __init__(
        self, data: Sequence[dict[str, Any]], transform: Compose, cache_dir: str | Path | None, views: int = 1
    ) -> None:
        super().__init__(data, transform, cache_dir)
        self.views = views
        self.unreadable: dict[int, str] = {}

    def _transform(self, index: int) -> UnlabelledFilm:
        unreadable: dict[int, str] = {}
        for offset in range(len(self.data)):
            film = (index + offset) % len(self.data)
            if film in self.unreadable:
                continue
            try:
                with refused_by_name(self.data[film]["name"]):
                    prepared = self._cachecheck(self.data[film])
            except RadiographError as error:
                unreadable[film] = str(error)
                continue
            views = tuple(self._view(prepared) for _ in range(self.views))
            return UnlabelledFilm(prepared["image"], film, views, unreadable)
        reasons = [*self.unreadable.values(), *unreadable.values()]
        raise RadiographError(f"none of the {len(self.data)} unlabelled films can be read; the first: {reasons[0]}")

    def _view(self, prepared: dict[str, Any]) -> FilmView:
        item = self._post_transform(prepared)
        return FilmView(item["image"], item["deformation"])

    def report(self, unreadable: Mapping[int, str]) -> None:
        """Log films that were found unreadable, each once, and read them no more."""
        for film, reason in unreadable.items():
            if film not in self.unreadable:
                self.unreadable[film] = reason
                logger.warning(f"{reason} (unlabelled, passed over; {len(self.unreadable)} of {len(self.data)} so far)")
