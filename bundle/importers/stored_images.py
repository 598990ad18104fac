# SPDX-License-Identifier: Apache-2.0
"""Points that were marked on another picture than the stored one: scaled with it, or refused."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bundle.coordinates import Points, resized
from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.films.image_size import image_size
from bundle.importers.annotations import Annotations, MarkedSize

_SCALED = "marked at another size; the points were scaled to the stored image"


def on_stored_images(annotations: Annotations) -> Annotations:
    """Bring the points of every film to pixels of its stored image, and print how many films that changed.

    A marked size of the same shape, to a pixel, is a plain resize.

    Returns:
        The annotations, which now are of the stored images.

    Raises:
        DatasetError: naming the file and field of a film that was marked on another picture.
    """
    done: Counter[str] = Counter()
    films = tuple(_on_stored(film, annotations, done) if film.labelled else film for film in annotations.films)
    for what, count in done.items():
        print(f"{count} of {len(films)} films: {what}", file=sys.stderr)
    return replace(annotations, films=films, marked_on={})


def _on_stored(film: Film, annotations: Annotations, done: Counter[str]) -> Film:
    marked = annotations.marked_on.get(film.image)
    if marked is None:
        return film
    image = annotations.folder / film.image
    shown = image_size(image)
    if (marked.width, marked.height) == shown:
        return film
    if not _same_shape(marked, shown):
        raise DatasetError(
            f"{marked.where}: the film was marked on {marked.width:g} x {marked.height:g} pixels, but {image} has "
            f"{shown[0]} x {shown[1]}, of another shape; give the folder of the images that were marked with --images"
        )
    done[_SCALED] += 1
    return _moved(film, lambda points: resized(points, (marked.width, marked.height), shown))


def _same_shape(marked: MarkedSize, shown: tuple[int, int]) -> bool:
    """Whether one size is the other's, scaled and rounded to pixels."""
    larger = max((marked.width, marked.height), shown)
    ratios = marked.width / shown[0], marked.height / shown[1]
    if larger == shown:
        return abs(ratios[0] - ratios[1]) <= 1 / shown[0] + 1 / shown[1]
    return abs(1 / ratios[0] - 1 / ratios[1]) <= 1 / marked.width + 1 / marked.height


def _moved(film: Film, transform: Callable[[Points], Points]) -> Film:
    known = [index for index, point in enumerate(film.landmarks or ()) if point is not None]
    landmarks = list(film.landmarks or ())
    moved = transform(np.array([landmarks[index] for index in known]))
    for index, (x, y) in zip(known, moved.tolist(), strict=True):
        landmarks[index] = x, y
    return replace(film, landmarks=tuple(landmarks))
