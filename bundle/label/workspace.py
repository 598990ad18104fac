# SPDX-License-Identifier: Apache-2.0
"""All that a server works with: the films of a folder, the study about them, and how they are shown."""

from __future__ import annotations

from pathlib import Path

from bundle.label.film_list import FilmList
from bundle.label.shown_films import ShownFilms
from bundle.label.store import Store
from bundle.label.study import Study


class Workspace:
    """The films and the study of a server.

    Args:
        films: Folder of the films.
        folder: Of the study.
        new: The study to begin with where there is none yet.
        reader: Who labels, as long as the page is told no other name.

    Raises:
        BundleError: a folder or file cannot be used.
    """

    def __init__(self, films: Path, folder: Path, new: Study, reader: str) -> None:
        self.films = FilmList(films)
        self.store = Store(folder, self.films, new)
        self.shown = ShownFilms(folder)
        self.reader = reader

    def close(self) -> None:
        """Let another process work in the study."""
        self.store.close()
