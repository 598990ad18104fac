# SPDX-License-Identifier: Apache-2.0
"""What every importer reads: films with landmarks below a folder of images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bundle.coordinates import Points
from bundle.dataset.description import Film


class Unit(StrEnum):
    """What the numbers of points are."""

    PIXELS = "pixels"
    MILLIMETRES = "mm"
    FRACTION = "fraction"
    PERCENT = "percent"


class MarkedSize(NamedTuple):
    """The size of the picture that a film was marked on, as the annotation states it.

    Attributes:
        width: Pixels along x.
        height: Pixels along y.
        where: File and field that state it, for the error.
    """

    width: float
    height: float
    where: str


@dataclass(frozen=True)
class Annotations:
    """Films read from another format.

    Attributes:
        folder: Folder of the images.
        landmarks: Names of the K landmarks.
        films: Films whose `image` is relative to the folder; those without a known landmark are unlabelled.
        splits: The split (training, validation or test) of a film's image, where the format tells it.
        skeleton: Pairs of landmark indices, where the format tells them.
        parts: Landmark names by part, where they are known; see `DatasetDescription`, as for the next two.
        repeated: Whether the parts are alike.
        pairs: Names of the landmarks that a flip exchanges.
        marked_on: The size that a film's image had when it was marked, where the annotation states it; the points are
            in pixels of that picture until `on_stored_images` has brought them to the stored one.
        unit: What the numbers of the points are, where the source states it; fractions and percent are of the width and
            height of the picture.
        shown_turned: Whether the program shows a picture turned as its EXIF orientation says; None where that is not
            known. It decides where the marked size cannot.
    """

    folder: Path
    landmarks: tuple[str, ...]
    films: tuple[Film, ...]
    splits: Mapping[Path, str] = field(default_factory=dict)
    skeleton: tuple[tuple[int, int], ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repeated: bool = False
    pairs: tuple[tuple[str, str], ...] = ()
    marked_on: Mapping[Path, MarkedSize] = field(default_factory=dict)
    unit: Unit | None = None
    shown_turned: bool | None = None


def moved(film: Film, transform: Callable[[Points], Points]) -> Film:
    """The film with its known points, `[N, 2]`, transformed."""
    landmarks = list(film.landmarks or ())
    known = [index for index, point in enumerate(landmarks) if point is not None]
    points = transform(np.array([landmarks[index] for index in known], dtype=np.float64).reshape(-1, 2))
    for index, (x, y) in zip(known, points.tolist(), strict=True):
        landmarks[index] = x, y
    return replace(film, landmarks=tuple(landmarks))
