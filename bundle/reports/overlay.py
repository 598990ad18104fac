# SPDX-License-Identifier: Apache-2.0
"""Landmarks drawn on the film as in the paper's Fig. 2: ground truth green, prediction red, a white line between."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bundle.data.load_radiograph import LoadRadiographd
from bundle.files import write_whole

GROUND_TRUTH = (0, 230, 64)
PREDICTION = (255, 45, 45)
LINE = (255, 255, 255)
_SHADOW = (0, 0, 0)

_CONTRAST_PERCENTILES = (0.5, 99.5)
_SUPERSAMPLING = 4


def draw_overlay(
    image: np.ndarray,
    landmarks: np.ndarray,
    label: np.ndarray | None = None,
    skeleton: Sequence[tuple[int, int]] = (),
    title: str = "",
    long_side: int = 1024,
    aspect: float = 1.0,
) -> Image.Image:
    """Draw landmarks on a film.

    Args:
        image: `[X, Y]` or `[1, X, Y]` intensities in any unit; shown between their 0.5th and 99.5th percentile.
        landmarks: `[K, 2]` predicted points (x, y) in pixels of `image`; one that is not finite is left out.
        label: `[K, 2]` true points in the same pixels, NaN where missing; None where there is no ground truth.
        skeleton: Pairs of landmark indices to join by a faint line.
        title: Text for the upper left corner.
        long_side: Pixels of the picture's longer side.
        aspect: Height of a pixel of the film over its width.

    Returns:
        An RGB picture with square pixels and the film's aspect ratio.
    """
    film = np.asarray(image, dtype=np.float32).reshape(np.shape(image)[-2:])
    pixel = np.array([1.0, aspect])
    scale = pixel * long_side / np.max(film.shape * pixel)
    picture = _with_contrast(film, scale).convert("RGB")
    groups = {} if label is None else {"ground truth": (GROUND_TRUTH, _on_picture(label, scale, long_side))}
    groups["prediction"] = (PREDICTION, _on_picture(landmarks, scale, long_side))
    _write_captions(picture, title, {name: colour for name, (colour, _) in reversed(groups.items())})
    for colour, points in groups.values():
        _paint(picture, colour, _strokes([(points[i], points[j]) for i, j in skeleton], long_side / 700), opacity=0.45)
    if label is not None:
        errors = list(zip(*(points for _, points in groups.values()), strict=True))
        _paint(picture, _SHADOW, _strokes(errors, long_side / 220), opacity=0.5)
        _paint(picture, LINE, _strokes(errors, long_side / 500))
    radius = _dot_radius(long_side, len(landmarks))
    for colour, points in groups.values():
        _paint(picture, _SHADOW, _dots(points, radius + long_side / 900), opacity=0.6)
        _paint(picture, colour, _dots(points, radius))
    return picture


def overlay_picture(record: Mapping[str, Any], title: str, skeleton: Sequence[tuple[int, int]] = ()) -> Image.Image:
    """Load the film of a prediction record and draw its landmarks.

    Args:
        record: One film's `image` (path), `landmarks`, `label` (None where there is none) and `spacing`.
        title: Text for the upper left corner.
        skeleton: Pairs of landmark indices to join by a faint line.

    Raises:
        RadiographError: the film cannot be read.
    """
    film = LoadRadiographd(keys="image")({"image": record["image"]})["image"]
    width, height = record["spacing"]
    aspect = float(height / width) if np.isfinite(height / width) else 1.0
    return draw_overlay(np.asarray(film), record["landmarks"], record["label"], skeleton, title, aspect=aspect)


def write_overlay(
    record: Mapping[str, Any],
    path: Path,
    skeleton: Sequence[tuple[int, int]] = (),
    synthetic: bool = False,
) -> None:
    """Write the `overlay_picture` of a prediction record, in the format that the suffix of `path` names.

    Args:
        record: As `overlay_picture` takes it, with the film's `name`, which becomes the title.
        path: The picture to write.
        skeleton: Pairs of landmark indices to join by a faint line.
        synthetic: Whether the film is computed, which the title then says.

    Raises:
        RadiographError: the film cannot be read.
        BundleError: the picture cannot be written.
    """
    title = f"{record['name']} (synthetic)" if synthetic else record["name"]
    picture = overlay_picture(record, title, skeleton)
    file_format = Image.registered_extensions()[path.suffix.lower()]
    # full chroma resolution keeps the edges of small coloured dots
    write_whole(path, lambda partial: picture.save(partial, file_format, quality=90, subsampling=0))


def _with_contrast(film: np.ndarray, scale: np.ndarray) -> Image.Image:
    """Return the film scaled and as 8-bit grey; scaled first, while it still has its full depth."""
    size = [max(1, round(side)) for side in film.shape * scale]
    scaled = np.asarray(Image.fromarray(np.ascontiguousarray(film.T)).resize(size, Image.Resampling.BICUBIC))
    low, high = np.percentile(scaled, _CONTRAST_PERCENTILES)
    grey = np.clip((scaled - low) / max(high - low, np.finfo(np.float32).tiny), 0, 1)
    return Image.fromarray(np.round(255 * grey).astype(np.uint8))


def _on_picture(points: np.ndarray, scale: np.ndarray, long_side: int) -> np.ndarray:
    """Return points in picture pixels; far outside they are brought near, since drawing takes bounded numbers only."""
    moved = (np.asarray(points, dtype=np.float64) + 0.5) * scale - 0.5
    return np.where(np.isfinite(moved), np.clip(moved, -long_side, 2 * long_side), np.nan)


def _dot_radius(long_side: int, count: int) -> float:
    """Return a radius for few landmarks, smaller where many would cover the film."""
    return long_side * 0.006 * min(1.0, (30 / max(count, 1)) ** 0.5)


Marks = Callable[[ImageDraw.ImageDraw], None]


def _paint(picture: Image.Image, colour: tuple[int, int, int], marks: Marks, opacity: float = 1.0) -> None:
    """Draw marks with smooth edges: on a mask of several times the size, which is then reduced."""
    mask = Image.new("L", (picture.width * _SUPERSAMPLING, picture.height * _SUPERSAMPLING))
    marks(ImageDraw.Draw(mask))
    picture.paste(colour, mask=mask.reduce(_SUPERSAMPLING).point(lambda value: value * opacity))


def _dots(points: np.ndarray, radius: float) -> Marks:
    def draw(mask: ImageDraw.ImageDraw) -> None:
        for x, y in _on_mask(points[np.isfinite(points).all(axis=1)]):
            reach = radius * _SUPERSAMPLING
            mask.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)

    return draw


def _strokes(ends: Sequence[tuple[np.ndarray, np.ndarray]], width: float) -> Marks:
    def draw(mask: ImageDraw.ImageDraw) -> None:
        for stroke in map(np.array, ends):
            if np.isfinite(stroke).all():
                mask.line(_on_mask(stroke).ravel().tolist(), fill=255, width=max(1, round(width * _SUPERSAMPLING)))

    return draw


def _on_mask(points: np.ndarray) -> np.ndarray:
    return points * _SUPERSAMPLING + (_SUPERSAMPLING - 1) / 2


def _write_captions(picture: Image.Image, title: str, colours: Mapping[str, tuple[int, int, int]]) -> None:
    """Write the title at the upper left, and from the lower left upwards what each colour of dots stands for."""
    draw = ImageDraw.Draw(picture)
    size = max(picture.size) / 44
    style: dict[str, Any] = {"font": ImageFont.load_default(size), "fill": "white", "stroke_fill": "black"}
    style["stroke_width"] = size / 12
    draw.text((0.7 * size, 0.7 * size), title, anchor="la", **style)
    for line, (name, colour) in enumerate(colours.items()):
        middle = picture.height - (1.1 + 1.35 * line) * size
        centre = np.array([[1.1 * size, middle]])
        _paint(picture, _SHADOW, _dots(centre, 0.42 * size))
        _paint(picture, colour, _dots(centre, 0.32 * size))
        draw.text((1.8 * size, middle), name, anchor="lm", **style)
