# SPDX-License-Identifier: Apache-2.0
"""Films that are decoded once for all runs, and read from disk once in a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monai.data import PersistentDataset


class CachedFilms(PersistentDataset):
    """MONAI's disk cache, with what was read kept in memory: for the few drawn films that every epoch repeats.

    The random transforms must not change their input in place. Takes the arguments of `PersistentDataset`; items need
    `name`.
    """

    def _cachecheck(self, item_transformed: Mapping[str, Any]) -> dict[str, Any]:
        films: dict[str, dict[str, Any]] = self.__dict__.setdefault("_films", {})
        name = item_transformed["name"]
        if name not in films:
            films[name] = super()._cachecheck(item_transformed)
        return films[name]
