# SPDX-License-Identifier: Apache-2.0
"""Landmarks drawn on the film as in the paper's Fig. 2: ground truth green, prediction red, a white line between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import torch
from monai.data import MetaTensor
from PIL import Image

from bundle.confidence import Confidence
from bundle.confidence.verdict import REVIEW
from bundle.drawing.lettering import lettering, write_names
from bundle.drawing.overlay_marks import dots, paint, rings, strokes
from bundle.files import write_whole
from bundle.films.load_radiograph import LoadRadiographd
from bundle.results.film_result import FilmResult
from bundle.transforms.letterbox import affine_2d, transform_points

GROUND_TRUTH = (0, 230, 64)
PREDICTION = (255, 45, 45)
LINE = (255, 255, 255)
REVIEW_MARK = (255, 176, 0)
_SHADOW = (0, 0, 0)

_CONTRAST_PERCENTILES = (0.5, 99.5)
_FAINTEST_RINGS = 0.3


class _Group(NamedTuple):
    """Landmarks of one kind.

    Attributes:
        colour: Of their dots.
        points: `[K, 2]` in pixels of the picture.
        reach: `[K]` radii of the rings about them in the same pixels; None for no rings.
    """

    colour: tuple[int, int, int]
    points: np.ndarray
    reach: np.ndarray | None = None


def draw_overlay(
    image: np.ndarray,
    landmarks: np.ndarray,
    label: np.ndarray | None = None,
    skeleton: Sequence[tuple[int, int]] = (),
    title: str = "",
    long_side: int = 1024,
    aspect: float = 1.0,
    confidence: Confidence | None = None,
    parts: Mapping[str, Sequence[int]] = MappingProxyType({}),
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
        confidence: Where given, a ring about each predicted point has the error to expect as its radius, and a film to
            be reviewed is marked.
        parts: Indices of the landmarks of parts whose names are written beside them.

    Returns:
        An RGB picture with square pixels and the film's aspect ratio.
    """
    film = np.asarray(image, dtype=np.float32).reshape(np.shape(image)[-2:])
    pixel = np.array([1.0, aspect])
    scale = pixel * long_side / np.max(film.shape * pixel)
    picture = _with_contrast(film, scale).convert("RGB")
    groups = {}
    if label is not None:
        groups["ground truth"] = _Group(GROUND_TRUTH, _on_picture(label, scale, long_side))
    points = _on_picture(landmarks, scale, long_side)
    if confidence is None:
        groups["prediction"] = _Group(PREDICTION, points)
    else:
        # an expected error has no direction: of pixels that are not square the longer side counts
        reach = np.minimum(confidence.expected_error * scale.max(), 2 * long_side)
        groups["prediction and expected error"] = _Group(PREDICTION, points, reach)
    for group in groups.values():
        joined = strokes([(group.points[i], group.points[j]) for i, j in skeleton], long_side / 700)
        paint(picture, group.colour, joined, opacity=0.45)
        if group.reach is not None:
            opacity = 0.75 * max(_FAINTEST_RINGS, min(1.0, 30 / max(len(landmarks), 1)))  # many would hide the film
            paint(picture, group.colour, rings(group.points, group.reach, long_side / 600), opacity)
    _write_title(picture, title, review=confidence is not None and confidence.decision == REVIEW)
    _write_legend(picture, groups)
    if label is not None:
        errors = list(zip(*(group.points for group in groups.values()), strict=True))
        paint(picture, _SHADOW, strokes(errors, long_side / 220), opacity=0.5)
        paint(picture, LINE, strokes(errors, long_side / 500))
    radius = _dot_radius(long_side, len(landmarks))
    for group in groups.values():
        paint(picture, _SHADOW, dots(group.points, radius + long_side / 900), opacity=0.6)
        paint(picture, group.colour, dots(group.points, radius))
    write_names(picture, {name: points[list(part)] for name, part in parts.items()})
    return picture


def overlay_picture(result: FilmResult, title: str, skeleton: Sequence[tuple[int, int]] = ()) -> Image.Image:
    """Load the film of a result and draw its landmarks, upright.

    Args:
        result: Of one film.
        title: Text for the upper left corner.
        skeleton: Pairs of landmark indices to join by a faint line.

    Raises:
        RadiographError: the film cannot be read.
    """
    film: Any = LoadRadiographd(keys="image")({"image": result.image})["image"]
    width, height = np.linalg.norm(affine_2d(film)[:2, :2].numpy() * np.reshape(result.spacing, (2, 1)), axis=0)
    aspect = float(height / width) if np.isfinite(height / width) else 1.0
    return draw_overlay(
        np.asarray(film),
        on_upright(film, result.landmarks),
        None if result.label is None else on_upright(film, result.label),
        skeleton,
        title,
        aspect=aspect,
        confidence=result.confidence,
        parts=result.parts,
    )


def on_upright(film: MetaTensor, landmarks: np.ndarray) -> np.ndarray:
    """Take landmarks `[K, 2]` from pixels of the stored image to those of a film as `LoadRadiographd` turns it."""
    return transform_points(torch.linalg.inv(affine_2d(film)), landmarks).numpy()


def write_overlay(
    result: FilmResult,
    path: Path,
    skeleton: Sequence[tuple[int, int]] = (),
    synthetic: bool = False,
) -> None:
    """Write the `overlay_picture` of a film, in the format that the suffix of `path` names.

    Args:
        result: Of one film, whose `name` becomes the title.
        path: The picture to write.
        skeleton: Pairs of landmark indices to join by a faint line.
        synthetic: Whether the film is computed, which the title then says.

    Raises:
        RadiographError: the film cannot be read.
        BundleError: the picture cannot be written.
    """
    title = f"{result.name} (synthetic)" if synthetic else result.name
    picture = overlay_picture(result, title, skeleton)
    file_format = Image.registered_extensions()[path.suffix.lower()]
    # of a JPEG, full chroma resolution keeps the edges of small coloured dots; a PNG is written fast rather than small
    options = {"quality": 90, "subsampling": 0, "compress_level": 1}
    write_whole(path, lambda partial: picture.save(partial, file_format, **options))


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


def _write_title(picture: Image.Image, title: str, review: bool) -> None:
    """Write the title at the upper left, and beneath it that the film is to be reviewed if it is."""
    draw, size, style = lettering(picture, [title, REVIEW])
    draw.text((0.7 * size, 0.7 * size), title, anchor="la", fill="white", **style)
    if review:
        width = draw.textlength(REVIEW, font=style["font"])
        tag = (0.7 * size, 2.1 * size, 1.7 * size + width, 3.6 * size)
        draw.rounded_rectangle(tag, radius=0.35 * size, fill=REVIEW_MARK)
        draw.text((1.2 * size, 2.85 * size), REVIEW, anchor="lm", fill="black", font=style["font"])


def _write_legend(picture: Image.Image, groups: Mapping[str, _Group]) -> None:
    """Write from the lower left upwards what dots and rings stand for."""
    draw, size, style = lettering(picture, groups)
    for line, (name, group) in enumerate(reversed(list(groups.items()))):
        middle = picture.height - (1.1 + 1.35 * line) * size
        centre = np.array([[1.1 * size, middle]])
        radius = 0.32 * size if group.reach is None else 0.2 * size
        if group.reach is not None:
            paint(picture, group.colour, rings(centre, np.array([0.5 * size]), size / 14))
        paint(picture, _SHADOW, dots(centre, radius + 0.1 * size))
        paint(picture, group.colour, dots(centre, radius))
        draw.text((1.9 * size, middle), name, anchor="lm", fill="white", **style)
