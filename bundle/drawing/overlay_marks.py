# SPDX-License-Identifier: Apache-2.0
"""Marks with smooth edges on a picture, in its pixels: dots, rings and strokes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw

_SUPERSAMPLING = 4

Marks = Callable[[ImageDraw.ImageDraw], None]
"""Draws marks on a mask of several times the picture's size."""


def paint(picture: Image.Image, colour: tuple[int, int, int], marks: Marks, opacity: float = 1.0) -> None:
    """Draw marks in a colour (red, green, blue) with an opacity in [0, 1]."""
    mask = Image.new("L", (picture.width * _SUPERSAMPLING, picture.height * _SUPERSAMPLING))
    marks(ImageDraw.Draw(mask))
    picture.paste(colour, mask=mask.reduce(_SUPERSAMPLING).point(lambda value: value * opacity))


def dots(points: np.ndarray, radius: float) -> Marks:
    """Discs at points `[K, 2]`; one that is not finite is left out, here and below."""

    def draw(mask: ImageDraw.ImageDraw) -> None:
        for x, y in _on_mask(points[np.isfinite(points).all(axis=1)]):
            reach = radius * _SUPERSAMPLING
            mask.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)

    return draw


def rings(points: np.ndarray, radii: np.ndarray, width: float) -> Marks:
    """Circles of radii `[K]` about points `[K, 2]`, their lines on the inner side."""

    def draw(mask: ImageDraw.ImageDraw) -> None:
        for (x, y), radius in zip(_on_mask(points), radii * _SUPERSAMPLING, strict=True):
            if np.isfinite((x, y, radius)).all():
                outline = (x - radius, y - radius, x + radius, y + radius)
                mask.ellipse(outline, outline=255, width=max(1, round(width * _SUPERSAMPLING)))

    return draw


def strokes(ends: Sequence[tuple[np.ndarray, np.ndarray]], width: float) -> Marks:
    """Straight lines, each between two points `[2]`."""

    def draw(mask: ImageDraw.ImageDraw) -> None:
        for stroke in map(np.array, ends):
            if np.isfinite(stroke).all():
                mask.line(_on_mask(stroke).ravel().tolist(), fill=255, width=max(1, round(width * _SUPERSAMPLING)))

    return draw


def _on_mask(points: np.ndarray) -> np.ndarray:
    return points * _SUPERSAMPLING + (_SUPERSAMPLING - 1) / 2
