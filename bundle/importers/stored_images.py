# SPDX-License-Identifier: Apache-2.0
"""Points that were marked on another picture than the stored one: turned or scaled with it, or refused."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from bundle.coordinates import resized
from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.films.image_size import image_size
from bundle.films.orientation import UPRIGHT, Orientation, picture_orientation
from bundle.films.suffix import PICTURE, has_suffix
from bundle.importers.annotations import Annotations, MarkedSize, moved

_TURNED = "marked as its Orientation tag turns it; the points were turned back to the stored image"
_SCALED = "marked at another size; the points were scaled to the stored image"

Size = tuple[int, int]


def on_stored_images(annotations: Annotations) -> Annotations:
    """Bring the points of every film to pixels of its stored image, and print how many films that changed.

    A marked size of the same shape, to a pixel, is a plain resize.

    Returns:
        The annotations, which now are of the stored images.

    Raises:
        DatasetError: naming the file and field of a film that was marked on another picture, or may have been.
    """
    done: Counter[str] = Counter()
    films = tuple(_on_stored(film, annotations, done) if film.labelled else film for film in annotations.films)
    for change, count in done.items():
        print(f"{count} of {len(films)} films: {change}", file=sys.stderr)
    return replace(annotations, films=films, marked_on={}, shown_turned=False)


def shown_when_marked(film: Film, annotations: Annotations) -> tuple[Orientation, Size]:
    """How a film's picture was turned when it was marked, and its size as it was shown.

    Raises:
        DatasetError: neither the marked size nor the program tells whether it was turned.
    """
    image = annotations.folder / film.image
    stored = image_size(image)
    tag = picture_orientation(image) if has_suffix(image, PICTURE) else UPRIGHT
    turned = tag.shown_size(stored)
    marked = annotations.marked_on.get(film.image)
    fits = marked is None or _same_shape(marked, stored), marked is None or _same_shape(marked, turned)
    if tag == UPRIGHT or fits == (True, False):
        return UPRIGHT, stored
    if fits == (True, True) and annotations.shown_turned is None:
        raise DatasetError(
            f"{image}: its Orientation tag turns the picture, and the annotations do not tell whether it was marked "
            "turned or as it is stored; save it as it was marked, without the tag"
        )
    return (UPRIGHT, stored) if fits == (True, True) and not annotations.shown_turned else (tag, turned)


def _on_stored(film: Film, annotations: Annotations, done: Counter[str]) -> Film:
    image = annotations.folder / film.image
    orientation, shown = shown_when_marked(film, annotations)
    marked = annotations.marked_on.get(film.image)
    if marked is not None and (marked.width, marked.height) != shown:
        _require_same_shape(marked, shown, image)
        size = marked.width, marked.height
        film = moved(film, lambda points: resized(points, size, shown))
        done[_SCALED] += 1
    if orientation != UPRIGHT:
        film = moved(film, lambda points: orientation.points_to_stored(points, image_size(image)))
        done[_TURNED] += 1
    return film


def _require_same_shape(marked: MarkedSize, shown: Size, image: Path) -> None:
    if not _same_shape(marked, shown):
        raise DatasetError(
            f"{marked.where}: the film was marked on {marked.width:g} x {marked.height:g} pixels, but {image} has "
            f"{shown[0]} x {shown[1]}, of another shape; give the folder of the images that were marked with --images"
        )


def _same_shape(marked: MarkedSize, shown: Size) -> bool:
    """Whether one size is the other's, scaled and rounded to pixels."""
    across, down = marked.width / shown[0], marked.height / shown[1]
    if across + down <= 2:
        return abs(across - down) <= 1 / shown[0] + 1 / shown[1]
    return abs(1 / across - 1 / down) <= 1 / marked.width + 1 / marked.height
