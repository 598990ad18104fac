# SPDX-License-Identifier: Apache-2.0
"""The size of a network's input that fits the labelled films of a dataset."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from pathlib import Path

from bundle.films.image_size import image_size

LONGER_SIDE = 128
"""Pixels, as configs/small.yaml has it."""

SIDES_ARE_MULTIPLES_OF = 32
NEARLY_SQUARE = 0.75
"""Shorter to longer side; films above lose little to padding."""


def fitting_size(films: Iterable[Path]) -> tuple[int, int] | None:
    """Width and height of the rectangle that fits films; None where a square does, or there is no film.

    Raises:
        DatasetError: a header cannot be read.
    """
    aspects = [width / height for width, height in map(image_size, films)]
    if not aspects:
        return None
    aspect = statistics.median(aspects)
    ratio = min(aspect, 1 / aspect)
    if ratio >= NEARLY_SQUARE:
        return None
    shorter = math.ceil(ratio * LONGER_SIDE / SIDES_ARE_MULTIPLES_OF) * SIDES_ARE_MULTIPLES_OF
    return (shorter, LONGER_SIDE) if aspect < 1 else (LONGER_SIDE, shorter)
