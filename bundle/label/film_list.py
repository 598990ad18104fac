# SPDX-License-Identifier: Apache-2.0
"""The films of a study: a folder that is looked through once, and never written to."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bundle.errors import BundleError, RadiographError
from bundle.films.film_folder import REFUSED, find_films

ID_DIGITS = 16


class UnknownFilmError(BundleError):
    """There is no film of that id in the study."""


@dataclass(frozen=True)
class ListedFilm:
    """A film of the folder.

    Attributes:
        id: Of its name, see `film_id`.
        name: Path below the folder, with forward slashes.
        file: Its file.
        refused: Why it is known not to be read; None where reading it will tell.
    """

    id: str
    name: str
    file: Path
    refused: str | None = None


class FilmList:
    """The films of a folder and its subfolders, in name order.

    Args:
        folder: Of the films.
        left_out: Names of films that are not of the study.

    Raises:
        RadiographError: there is no such folder, or no film in it.
    """

    def __init__(self, folder: Path, left_out: Collection[str] = ()) -> None:
        if not folder.is_dir():
            raise RadiographError(f"{folder}: there is no such folder; give the folder of the films")
        self.folder = folder
        self._films = [_listed(item) for item in find_films(folder) if item["name"] not in left_out]
        self._by_id = {film.id: film for film in self._films}

    def __len__(self) -> int:
        return len(self._films)

    def __iter__(self) -> Iterator[ListedFilm]:
        return iter(self._films)

    def __contains__(self, film: object) -> bool:
        """Whether there is a film of an id."""
        return film in self._by_id

    def find(self, film: str) -> ListedFilm:
        """The film of an id.

        Raises:
            UnknownFilmError: there is none.
        """
        if film not in self._by_id:
            raise UnknownFilmError(
                f"there is no film {film[:ID_DIGITS]!r} in the folder; take an id from the list of films, "
                "and start again where films were added"
            )
        return self._by_id[film]


def film_id(name: str) -> str:
    """Id of a film by its path below the folder of films, with forward slashes; the path cannot be read in it."""
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:ID_DIGITS]


def _listed(item: dict[str, Any]) -> ListedFilm:
    return ListedFilm(film_id(item["name"]), item["name"], Path(item["path"]), item.get(REFUSED))
