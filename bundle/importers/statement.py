# SPDX-License-Identifier: Apache-2.0
"""What a source's numbers are: the user's word on missing points, units and pixel size, and doubt without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bundle.dataset.description import Film, Point
from bundle.errors import DatasetError
from bundle.films.image_size import image_size
from bundle.importers.annotations import Annotations, Unit, moved
from bundle.importers.stored_images import shown_when_marked

# Points in pixels reach further into at least one film than this part of its width or height.
_CORNER = 0.4
_FEWEST_LANDMARKS = 3

# Where a format counts from the pixel's corner, its 0 or -1 is half a pixel off in ours.
_HALF_A_PIXEL = 0.5


@dataclass(frozen=True)
class Statement:
    """What the user says of the numbers of a source.

    Attributes:
        unit: What they are; None takes the source's word, or pixels unless that is in doubt.
        spacing: Millimetres per pixel of the films whose spacing the source leaves open.
        missing: Numbers that stand for both coordinates of a missing point.
        all_points: Every pair of numbers is a point, whatever it looks like.
    """

    unit: Unit | None = None
    spacing: float | None = None
    missing: tuple[float, ...] = ()
    all_points: bool = False


def in_pixels(annotations: Annotations, statement: Statement) -> Annotations:
    """Bring points to pixels of the pictures that were marked, and tell missing ones from points.

    Raises:
        DatasetError: naming a film whose numbers cannot be what they are taken for, and the option that says it.
    """
    films = tuple(_known(film, annotations, statement) for film in annotations.films)
    unit = statement.unit or annotations.unit
    if unit is None:
        _doubt(replace(annotations, films=films))
    if unit is not None and unit is not Unit.PIXELS:
        films = tuple(_converted(film, unit, annotations) if film.labelled else film for film in films)
    return replace(annotations, films=films, unit=Unit.PIXELS)


def _known(film: Film, annotations: Annotations, statement: Statement) -> Film:
    """The film without the points that stand for missing ones, and with a spacing where one is stated."""
    if film.spacing is None and statement.spacing is not None:
        film = replace(film, spacing=(statement.spacing, statement.spacing))
    if film.landmarks is None:
        return film
    film = replace(film, landmarks=tuple(_unless_missing(point, statement.missing) for point in film.landmarks))
    for name, point in () if statement.all_points else _named(film, annotations):
        if point[0] == point[1] <= 0:
            stated = point[0] if point[0] == round(point[0]) else point[0] + _HALF_A_PIXEL
            raise DatasetError(
                f"{annotations.folder / film.image}: {name!r} lies at {point[0]:g}, {point[1]:g}, as programs write a "
                f"missing point; say so with --missing {stated:g}, or with --missing none that it is a point"
            )
    return film


def _unless_missing(point: Point | None, missing: tuple[float, ...]) -> Point | None:
    stands_for = {number - offset for number in missing for offset in (0, _HALF_A_PIXEL)}
    return None if point is None or point[0] == point[1] in stands_for else point


def _named(film: Film, annotations: Annotations) -> Iterator[tuple[str, Point]]:
    for name, point in zip(annotations.landmarks, film.landmarks or (), strict=True):
        if point is not None:
            yield name, point


def _doubt(annotations: Annotations) -> None:
    """Refuse numbers that nobody says are pixels and that are none.

    Raises:
        DatasetError: all lie between 0 and 1, or all points in a corner of their films.
    """
    films = [film for film in annotations.films if film.labelled and film.image not in annotations.marked_on]
    if not films:
        return
    where = f"{annotations.folder / films[0].image} and all other films" if films[1:] else films[0].image
    points = [np.array([point for point in film.landmarks or () if point is not None]) for film in films]
    if all(((of_film >= 0) & (of_film <= 1)).all() for of_film in points):
        raise DatasetError(
            f"{where}: the points lie between 0 and 1, as fractions of width and height do; "
            "say so with --units fraction, or with --units pixels that they are pixels"
        )
    sizes = [image_size(annotations.folder / film.image) for film in films]
    reach = max((of_film / size).max() for of_film, size in zip(points, sizes, strict=True))
    if len(annotations.landmarks) >= _FEWEST_LANDMARKS and reach < _CORNER:
        raise DatasetError(
            f"{where}: the points lie in the upper left {reach:.0%} of the image, as millimetres or percent do and "
            "points of a larger picture; say what they are with --units mm, percent or pixels, "
            "or give the images that were marked"
        )


def _converted(film: Film, unit: Unit, annotations: Annotations) -> Film:
    """The film with points in pixels of the picture that was marked."""
    image = annotations.folder / film.image
    if unit is Unit.MILLIMETRES:
        if film.spacing is None:
            raise DatasetError(
                f"{image}: its points are in mm and its pixel size is not stated; "
                "state it with --spacing, or film by film in a column spacing_mm"
            )
        return moved(film, lambda points: points / np.array(film.spacing))
    marked = annotations.marked_on.get(film.image)
    width, height = (marked.width, marked.height) if marked else shown_when_marked(film, annotations)[1]
    whole = 100 if unit is Unit.PERCENT else 1
    return moved(film, lambda points: points * (width, height) / whole)
