# SPDX-License-Identifier: Apache-2.0
"""Adding labels to a data folder: what was in a split stays there, and draws of before stay as they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bundle.dataset.description import FILE_NAME, DatasetDescription, Film, read_dataset
from bundle.dataset.validation import LABELLED_SPLITS
from bundle.errors import DatasetError
from bundle.films.film_folder import REFUSED, find_films

_NAMED = 5


def dataset_to_label(
    folder: Path, landmarks: tuple[str, ...], skeleton: tuple[tuple[int, int], ...]
) -> DatasetDescription:
    """The dataset of a data folder; of a folder of films that is none yet, one that has them all unlabelled.

    Raises:
        BundleError: the dataset cannot be used, there is no film, or it has other landmarks.
    """
    if not (folder / FILE_NAME).is_file():
        films = tuple(Film(Path(item["name"])) for item in find_films(folder) if REFUSED not in item)
        return DatasetDescription(name=folder.resolve().name, landmarks=landmarks, skeleton=skeleton, unlabeled=films)
    dataset = read_dataset(folder)
    unknown = [name for name in landmarks if name not in dataset.landmarks]
    if unknown:
        raise DatasetError(
            f"{folder / FILE_NAME}: has no landmark {_listed(unknown)}, which the labels have; "
            "name the landmarks as the dataset does"
        )
    return dataset


def merged(
    file: Path,
    dataset: DatasetDescription,
    labels: Sequence[Film],
    landmarks: tuple[str, ...],
    reader: str | None,
    time: str,
) -> DatasetDescription:
    """Add labels to a dataset.

    The films leave `unlabeled` for the end of `training`, whose draws take them after all films of before.

    Args:
        file: The `dataset.json`, for errors.
        dataset: As it is.
        labels: Films with their landmarks; paths are those of the dataset.
        landmarks: Names of the landmarks of `labels`, in order; the dataset has all of them, and may have more.
        reader: Who labelled them; None where nobody says.
        time: When they were added, in UTC.

    Returns:
        The dataset with the labels; the parts of it that are not concerned are as they were.

    Raises:
        DatasetError: a film is none of the dataset, or is labelled already.
    """
    split_of = {film.image: split for split in LABELLED_SPLITS for film in getattr(dataset, split) if film.labelled}
    twice = [film.image for film in labels if film.image in split_of]
    if twice:
        raise DatasetError(
            f"{file}: {_listed(twice)} would have two labels (the first film has one in {split_of[twice[0]]}); "
            "take the label out of the file, or the film out of what is merged"
        )
    open_ = {film.image: film for film in (*dataset.training, *dataset.unlabeled)}
    unknown = [film.image for film in labels if film.image not in open_]
    if unknown:
        raise DatasetError(
            f"{file}: lists no film {_listed(unknown)} to be labelled; give the data folder that the films are of"
        )
    number = 1 + max((film.added or 0 for film in dataset.training), default=0)
    place = {name: index for index, name in enumerate(landmarks)}
    added = tuple(
        replace(
            open_[film.image],
            landmarks=tuple(
                film.landmarks[place[name]] if film.landmarks and name in place else None for name in dataset.landmarks
            ),
            reader=reader,
            time=time,
            added=number,
        )
        for film in labels
    )
    names = {film.image for film in added}
    return replace(
        dataset,
        training=(*(film for film in dataset.training if film.image not in names), *added),
        unlabeled=tuple(film for film in dataset.unlabeled if film.image not in names),
    )


def missing_landmarks(film: Film, landmarks: tuple[str, ...]) -> list[str]:
    """Names of the landmarks that a label lacks."""
    return [name for name, point in zip(landmarks, film.landmarks or (), strict=True) if point is None]


def _listed(names: Sequence[object]) -> str:
    shown = ", ".join(repr(str(name)) for name in names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown
