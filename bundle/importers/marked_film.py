# SPDX-License-Identifier: Apache-2.0
"""Films whose points carry labels, as most annotation tools write them, and the annotations they make together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from bundle.dataset.description import Film, Point
from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations, MarkedSize, Unit
from bundle.importers.parsing import first_appearances, in_order, label, quoted


class NamedPoints(dict[str, Point]):
    """Points of one film by the names of their landmarks; a second point of one landmark is refused."""

    def mark(self, name: str, point: Point, where: str) -> None:
        """Add a point.

        Raises:
            DatasetError: the name is empty, or has a point already.
        """
        landmark = label(name)
        if not landmark:
            raise DatasetError(f"{where} is a point without a label; give it the name of its landmark")
        if landmark in self:
            raise DatasetError(f"{where} is a second point {quoted(landmark)} of one film; keep one of them")
        self[landmark] = point


@dataclass(frozen=True)
class MarkedFilm:
    """A film with its points by landmark name.

    Attributes:
        image: Path below the folder of the images.
        where: File and place of its annotation, for errors.
        points: The points; a film without any is unlabelled.
        marked_on: Size of the image that the points were marked on, where the annotation states it.
        spacing: Millimetres per pixel along x and y, where the annotation states them.
    """

    image: Path
    where: str
    points: Mapping[str, Point]
    marked_on: MarkedSize | None = None
    spacing: tuple[float, float] | None = None


@dataclass(frozen=True)
class AnnotationSource:
    """What all films of an import share.

    Attributes:
        path: The annotation file or folder, for errors.
        folder: Folder of the images.
        order: Names in the order that the file itself lists them; those that no film has are left out.
        splits: The split of a film's image, where the format tells it.
        skeleton: Pairs of indices of landmarks that a drawing joins, where they are given in order.
        unit: What the numbers of the points are, where that is certain.
        shown_turned: Whether the program shows a picture turned as its EXIF orientation says; None where unknown.
    """

    path: Path
    folder: Path
    order: Sequence[str] = ()
    splits: Mapping[Path, str] = field(default_factory=dict)
    skeleton: tuple[tuple[int, int], ...] = ()
    unit: Unit | None = None
    shown_turned: bool | None = None


def annotations_of(films: Sequence[MarkedFilm], names: tuple[str, ...] | None, source: AnnotationSource) -> Annotations:
    """Bring the points of all films into one order of landmarks.

    Args:
        films: The films.
        names: Names of the landmarks in order; by default the file's own order, then that of first appearance.
        source: What the films share.

    Raises:
        DatasetError: no film has a point, a point is none of the landmarks, or a film is annotated twice.
    """
    _refuse_twice(films)
    seen = {name for film in films for name in film.points}
    listed = (name for name in source.order if name in seen)
    appearing = (name for film in films for name in film.points)
    landmarks = names or first_appearances([*listed, *appearing], str(source.path))
    return Annotations(
        folder=source.folder,
        landmarks=landmarks,
        films=tuple(_film(film, landmarks) for film in films),
        splits=source.splits,
        skeleton=source.skeleton,
        marked_on={film.image: film.marked_on for film in films if film.marked_on is not None},
        unit=source.unit,
        shown_turned=source.shown_turned,
    )


def as_point(pair: ArrayLike) -> Point:
    """A converted point as a pair of Python numbers."""
    x, y = np.asarray(pair).tolist()
    return x, y


def by_number(
    films: Sequence[tuple[str, Sequence[Point | None]]], names: tuple[str, ...] | None
) -> tuple[tuple[str, ...], list[NamedPoints]]:
    """Name the points of a format that tells them by their order alone: as given, else `landmark 1`, `landmark 2`, ….

    Args:
        films: File and place of each film's annotation, and its points in order.
        names: Names of the landmarks in order.

    Returns:
        The names, and the points of each film.

    Raises:
        DatasetError: the films have different numbers of points, or not as many as there are names.
    """
    count = len(names) if names else max((len(points) for _, points in films), default=0)
    landmarks = names or tuple(f"landmark {number}" for number in range(1, count + 1))
    named = []
    for where, points in films:
        if points and len(points) != count:
            raise DatasetError(
                f"{where}: has {len(points)} points where {count} landmarks are expected, and their order alone tells "
                "which is which; mark every landmark in the same order"
            )
        pairs = zip(landmarks, points, strict=False)
        named.append(NamedPoints({name: place for name, place in pairs if place is not None}))
    return landmarks, named


def _film(film: MarkedFilm, landmarks: tuple[str, ...]) -> Film:
    points = in_order(film.points, landmarks, film.where)
    return Film(film.image, points if film.points else None, film.spacing)


def _refuse_twice(films: Sequence[MarkedFilm]) -> None:
    first: dict[Path, str] = {}
    for film in films:
        if film.image in first:
            raise DatasetError(
                f"{film.where}: {film.image.as_posix()} is annotated before, in {first[film.image]}; keep one of them"
            )
        first[film.image] = film.where
