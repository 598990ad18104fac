# SPDX-License-Identifier: Apache-2.0
"""The films of a split as the list of dictionaries that MONAI datasets and transforms take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bundle.dataset.description import FILE_NAME, DatasetDescription, Film, read_dataset
from bundle.dataset.draws import drawn_films
from bundle.dataset.validation import SPLITS
from bundle.errors import ConfigurationError


def datalist(dataset_dir: str | Path, split: str, shots: int | None = None, draw: int = 0) -> list[dict[str, Any]]:
    """List the films of a split.

    Args:
        dataset_dir: Folder of a `dataset.json`.
        split: `training` (the drawn films), `validation`, `test`, or `unlabeled` (the unlabelled films and the training
            films that were not drawn, their landmarks hidden).
        shots: Number of labelled training films to draw; None for all.
        draw: Number of the few-shot draw.

    Returns:
        One dictionary a film: `image` and `path` the absolute path; `label` float32 `[K, 2]` points (x, y) in pixels of
        the stored image, NaN where missing; `spacing` float32 `[2]` mm per pixel, NaN where unknown; `name` path within
        the dataset; `stamp` modification time and size of the file, by which a cache notices a changed film.

    Raises:
        DatasetError: the dataset breaks a rule of its format.
        ConfigurationError: no such split, no film to train on or to test on, or more shots than labelled films.
    """
    if split not in SPLITS:
        raise ConfigurationError(f"split is {split!r}; choose one of {', '.join(SPLITS)}")
    description = read_dataset(dataset_dir)
    if split == "unlabeled":
        films = _without_label(description, shots, draw)
    elif split == "training":
        films = [description.training[index] for index in drawn_films(description.training, shots, draw)]
    else:
        films = list(getattr(description, split))
    if not films and split in ("training", "test"):
        file = Path(dataset_dir) / FILE_NAME
        raise ConfigurationError(f"{file}: {split} has no labelled film; add films with landmarks to {split}")
    return [_item(Path(dataset_dir).resolve(), film, len(description.landmarks)) for film in films]


def validation_films(dataset_dir: str | Path, drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """List the validation films; of a dataset without any the drawn ones, which cannot show overfitting.

    Raises:
        DatasetError: the dataset breaks a rule of its format.
    """
    return datalist(dataset_dir, "validation") or drawn


def landmark_names(dataset_dir: str | Path) -> list[str]:
    """Names of the K landmarks of a dataset, in the order of its points.

    Raises:
        DatasetError: the dataset breaks a rule of its format.
    """
    return list(read_dataset(dataset_dir).landmarks)


def _without_label(description: DatasetDescription, shots: int | None, draw: int) -> list[Film]:
    drawn = set(drawn_films(description.training, shots, draw))
    undrawn = [film for index, film in enumerate(description.training) if index not in drawn]
    return [Film(film.image, None, film.spacing) for film in (*description.unlabeled, *undrawn)]


def _item(folder: Path, film: Film, count: int) -> dict[str, Any]:
    image = folder / film.image
    status = image.stat()
    label = np.full((count, 2), np.nan, dtype=np.float32)
    for index, point in enumerate(film.landmarks or ()):
        if point is not None:
            label[index] = point
    return {
        "image": str(image),
        "path": str(image),
        "label": label,
        "spacing": np.array(film.spacing or (np.nan, np.nan), dtype=np.float32),
        "name": film.image.as_posix(),
        "stamp": f"{status.st_mtime_ns}-{status.st_size}",
    }
