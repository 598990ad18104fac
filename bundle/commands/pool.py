# SPDX-License-Identifier: Apache-2.0
"""The films that `python -m bundle next` chooses from: those of a folder, or of a data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bundle.dataset.description import FILE_NAME, read_dataset
from bundle.films.film_folder import REFUSED, find_films


@dataclass(frozen=True)
class Pool:
    """Films, and what is known of them.

    Attributes:
        folder: The folder that names are relative to.
        names: Paths of the films below it.
        labelled: Places of those that are labelled.
        landmarks: Names of the landmarks; empty where the folder does not say.
        skeleton: Pairs of their indices that a drawing joins.
        refused: Sentences about what is no film that can be read.
    """

    folder: Path
    names: list[str]
    labelled: list[int]
    landmarks: tuple[str, ...] = ()
    skeleton: tuple[tuple[int, int], ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def files(self) -> list[Path]:
        """The films."""
        return [self.folder / name for name in self.names]


def read_pool(folder: Path) -> Pool:
    """List the films of a folder; of a data folder those of all splits but `test`, which stays unseen.

    Raises:
        BundleError: there is no such folder, no film in it, or its `dataset.json` cannot be used.
    """
    if not (folder / FILE_NAME).is_file():
        items = find_films(folder)
        refused = tuple(f"{item['name']}: {item[REFUSED]}" for item in items if REFUSED in item)
        return Pool(folder, [item["name"] for item in items if REFUSED not in item], [], refused=refused)
    dataset = read_dataset(folder)
    films = [*dataset.training, *dataset.validation, *dataset.unlabeled]
    labelled = [place for place, film in enumerate(films) if film.labelled]
    names = [film.image.as_posix() for film in films]
    return Pool(folder, names, labelled, dataset.landmarks, dataset.skeleton)
