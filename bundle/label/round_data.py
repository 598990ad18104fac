# SPDX-License-Identifier: Apache-2.0
"""The data folder of a round: labels as a `dataset.json` has them, beside the films themselves."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from bundle.comparison.methods import PARTS_CONFIDENT_WINDOWS, PARTS_WINDOWS, WINDOWS, WINDOWS_MULTI_VIEW, Method
from bundle.dataset.description import DatasetDescription, Film, read_dataset, write_dataset
from bundle.errors import BundleError, DatasetError
from bundle.files import make_folder, write_whole
from bundle.films.suffix import DETACHED_HEADER, has_suffix
from bundle.label.film_list import FilmList, ListedFilm
from bundle.label.label import Label
from bundle.label.study import Study


def description(
    study: Study, films: FilmList, labels: Mapping[str, Label], training: Sequence[str], validation: Sequence[str]
) -> DatasetDescription:
    """The `dataset.json` of a round: the labelled films by their side, and all others as unlabelled.

    Args:
        study: Whose landmarks are learned.
        films: Of the study.
        labels: By the id of the labelled films.
        training: Ids of the films to learn from.
        validation: Ids of the films to validate by.

    Raises:
        DatasetError: a labelled film keeps its pixels in another file.
    """

    def labelled(film: str) -> Film:
        listed, placed = films.find(film), labels[film].placed
        if has_suffix(listed.file, DETACHED_HEADER):
            raise DatasetError(
                f"{listed.name}: its pixels lie in another file, which training would not find; save it as .mha"
            )
        return Film(_placed_name(listed), tuple(placed.get(name) for name in study.landmarks))

    usable = (film for film in films if film.refused is None and not has_suffix(film.file, DETACHED_HEADER))
    return study.dataset(
        training=tuple(map(labelled, training)),
        validation=tuple(map(labelled, validation)),
        unlabeled=tuple(Film(_placed_name(film)) for film in usable if film.id not in labels),
    )


def write_data(folder: Path, dataset: DatasetDescription, films: FilmList) -> DatasetDescription:
    """Write the data folder of a round: a film in it is another name of the same file.

    Where the disk knows no second names (it is another one, or the films are another user's), labelled films are
    copied, and the others left out, so that nothing learns from them: ten thousand copies fill a disk.

    Args:
        folder: To be made.
        dataset: See `description`.
        films: Of the study.

    Returns:
        What was written: the dataset, without the films that were left out.

    Raises:
        BundleError: the folder cannot be written to, the disk is full, or the dataset breaks a rule of its format.
    """
    files = {_placed_name(film): film.file.resolve() for film in films}
    for film in (*dataset.training, *dataset.validation):
        if not _linked(files[film.image], folder / film.image):
            write_whole(folder / film.image, partial(shutil.copyfile, files[film.image]))
    unlabelled = tuple(film for film in dataset.unlabeled if _linked(files[film.image], folder / film.image))
    written = replace(dataset, unlabeled=unlabelled)
    write_dataset(folder, written)
    return written


def method_for(dataset: DatasetDescription) -> Method:
    """What is trained: with the films that nobody labelled as soon as there are some to judge by what they bring."""
    pool = dataset.unlabeled and dataset.validation
    if dataset.repeated:
        return PARTS_CONFIDENT_WINDOWS if pool else PARTS_WINDOWS
    return WINDOWS_MULTI_VIEW if pool else WINDOWS


def same_data(folder: Path, dataset: DatasetDescription) -> bool:
    """Whether a data folder has the labelled films and the landmarks of a dataset, so that its training can go on."""
    try:
        written = read_dataset(folder)
    except BundleError:
        return False
    return replace(written, unlabeled=()) == replace(dataset, unlabeled=())


def _placed_name(film: ListedFilm) -> Path:
    return Path("films") / film.name


def _linked(file: Path, name: Path) -> bool:
    """Whether a file has, or could be given, a second name."""
    try:
        make_folder(name.parent)
        with suppress(FileExistsError):
            os.link(file, name)
    except OSError:
        return False
    return True
