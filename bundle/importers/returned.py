# SPDX-License-Identifier: Apache-2.0
"""Labels that come back on pictures which were handed out, as points of the films themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.handed_out import HandedFilm, HandedOut
from bundle.importers.annotations import Annotations, moved

_MOVED_PX = 0.05
"""A point that is nearer to where it was handed out was not moved: programs round to hundredths of a pixel."""


class Returned(NamedTuple):
    """What came back.

    Attributes:
        films: The labelled films, with paths below the folder they were chosen from.
        unchanged: Those of them whose points are all as the model predicted them.
    """

    films: tuple[Film, ...]
    unchanged: tuple[Path, ...]


def returned(annotations: Annotations, handed: HandedOut) -> Returned:
    """Take points on pictures to the films that these were made of.

    Args:
        annotations: As they came back, with the landmarks that were handed out, in pixels of the pictures.
        handed: What was handed out.

    Raises:
        DatasetError: a film was not handed out.
    """
    by_picture = {film.picture: film for film in handed.films}
    films, unchanged = [], []
    for labelled in annotations.films:
        original = by_picture.get(labelled.image.name)
        if original is None:
            raise DatasetError(
                f"{annotations.folder / labelled.image}: is none of the pictures that were handed out; "
                "give their folder as --handed_out"
            )
        if not labelled.labelled:
            continue
        film = Path(original.film)
        if _is_unchanged(labelled, original, handed.landmarks):
            unchanged.append(film)
        films.append(replace(moved(labelled, original.stored), image=film))
    return Returned(tuple(films), tuple(unchanged))


def _is_unchanged(labelled: Film, original: HandedFilm, landmarks: tuple[str, ...]) -> bool:
    points = dict(zip(landmarks, labelled.landmarks or (), strict=True))
    known = {name: point for name, point in points.items() if point is not None}
    if known.keys() != original.points.keys():
        return False
    distances = [np.hypot(*np.subtract(point, original.points[name])) for name, point in known.items()]
    return bool(max(distances) < _MOVED_PX)
