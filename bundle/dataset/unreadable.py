# SPDX-License-Identifier: Apache-2.0
"""The films of a dataset that cannot be read, all of them, each with the reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tqdm import tqdm

from bundle.dataset.description import DatasetDescription, Film
from bundle.dataset.validation import LABELLED_SPLITS, SPLITS
from bundle.errors import DatasetError, RadiographError
from bundle.films.image_size import image_size
from bundle.films.load_radiograph import LoadRadiographd
from bundle.films.refusal import refused_by_name


def unreadable_films(dataset_dir: Path, dataset: DatasetDescription, pixels: bool) -> dict[Path, str]:
    """Read all films with progress on a terminal, and return the sentence about each that cannot be read.

    Args:
        dataset_dir: Folder of the dataset.
        dataset: Its content.
        pixels: Whether to decode every film; else the headers of the labelled splits are read.
    """
    splits = SPLITS if pixels else LABELLED_SPLITS
    films = [film for split in splits for film in getattr(dataset, split)]
    refusals = {}
    for film in tqdm(films, desc="reading", unit="film", disable=None):
        try:
            _decode(dataset_dir, film) if pixels else image_size(dataset_dir / film.image)
        except (DatasetError, RadiographError) as error:
            refusals[film.image] = str(error)
    return refusals


def _decode(dataset_dir: Path, film: Film) -> None:
    spacing = np.array(film.spacing or (np.nan, np.nan), dtype=np.float32)
    with refused_by_name(film.image.as_posix()):
        LoadRadiographd()({"image": str(dataset_dir / film.image), "spacing": spacing})
