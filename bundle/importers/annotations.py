# SPDX-License-Identifier: Apache-2.0
"""What every importer reads: films with landmarks below a folder of images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bundle.dataset.description import Film


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
        marked_on: The size that a film's image had when it was marked, where the annotation states it; the points are
            in pixels of that picture until `on_stored_images` has brought them to the stored one.
        shown_turned: Whether the program shows a picture turned as its EXIF orientation says; None where that is not
            known. It decides where the marked size cannot.
    """

    folder: Path
    landmarks: tuple[str, ...]
    films: tuple[Film, ...]
    splits: Mapping[Path, str] = field(default_factory=dict)
    skeleton: tuple[tuple[int, int], ...] = ()
    marked_on: Mapping[Path, MarkedSize] = field(default_factory=dict)
    shown_turned: bool | None = None
