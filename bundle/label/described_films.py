# SPDX-License-Identifier: Apache-2.0
"""Looks at every film of a study, while nobody waits for it: what each shows, and so which stand for the others."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bundle.errors import RadiographError, StorageError
from bundle.files import write_whole
from bundle.label.film_list import FilmList, ListedFilm
from bundle.label.shown_films import stamp
from bundle.selection import VALUES, Coverage, describe

logger = logging.getLogger(__name__)

DESCRIPTORS = "descriptors"
_SECONDS_BETWEEN_LOOKS = 1.0


class Pool(NamedTuple):
    """The films that could be read.

    Attributes:
        films: They, in name order.
        coverage: How well they stand for each other, by their places in `films`.
    """

    films: list[ListedFilm]
    coverage: Coverage


class DescribedFilms:
    """Describes the films of a study, in a thread of its own, and keeps the descriptors on disk, one file a film.

    Args:
        films: Of the study.
        folder: Of the study.
        busy: Whether the machine has better to do.

    Attributes:
        done: How many films were looked at.
        pool: They, once all were looked at; None until then.
    """

    def __init__(self, films: FilmList, folder: Path, busy: Callable[[], bool]) -> None:
        self.films = films
        self.done = 0
        self.pool: Pool | None = None
        self._folder = folder / DESCRIPTORS
        self._busy = busy
        self._kept = True
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._look_at_all, name="descriptors", daemon=True)

    def start(self) -> None:
        """Begin to look at them."""
        self._thread.start()

    def close(self) -> None:
        """Look at no more films."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def _look_at_all(self) -> None:
        found: dict[ListedFilm, np.ndarray] = {}
        for film in self.films:
            while self._busy() and not self._closing.is_set():
                self._closing.wait(_SECONDS_BETWEEN_LOOKS)
            if self._closing.is_set():
                return
            with suppress(RadiographError):  # a page says so where the film is looked at
                found[film] = self._descriptor(film)
            self.done += 1
        self.pool = Pool([*found], Coverage(np.stack([*found.values()]) if found else np.empty((0, VALUES), "f2")))

    def _descriptor(self, film: ListedFilm) -> np.ndarray:
        if film.refused is not None:
            raise RadiographError(film.refused)
        file = self._folder / f"{film.id}.{stamp(film)}.npy"
        if (known := _read(file)) is not None:
            return known
        descriptor = describe(film.file)
        if self._kept:
            self._keep(file, descriptor)
        return descriptor

    def _keep(self, file: Path, descriptor: np.ndarray) -> None:
        def write(partial: Path) -> None:
            with partial.open("wb") as stream:
                np.save(stream, descriptor)

        try:
            write_whole(file, write)
        except StorageError as error:
            self._kept = False
            logger.error(f"{error}; the films are looked at again by the next server")


def _read(file: Path) -> np.ndarray | None:
    """A descriptor; None where there is none that can be read, since the film can be looked at again."""
    try:
        descriptor: np.ndarray = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return descriptor if descriptor.shape == (VALUES,) and descriptor.dtype == np.float16 else None
