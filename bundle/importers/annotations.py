# SPDX-License-Identifier: Apache-2.0
"""What every importer reads: films with landmarks below a folder of images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bundle.dataset.description import Film


@dataclass(frozen=True)
class Annotations:
    """Films read from another format.

    Attributes:
        folder: Folder of the images.
        landmarks: Names of the K landmarks.
        films: Films whose `image` is relative to the folder; those without a known landmark are unlabelled.
        splits: The split (training, validation or test) of a film's image, where the format tells it.
        skeleton: Pairs of landmark indices, where the format tells them.
    """

    folder: Path
    landmarks: tuple[str, ...]
    films: tuple[Film, ...]
    splits: Mapping[Path, str] = field(default_factory=dict)
    skeleton: tuple[tuple[int, int], ...] = ()
