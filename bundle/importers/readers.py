# SPDX-License-Identifier: Apache-2.0
"""The mean of several readers who marked the same films."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bundle.dataset.description import Film, Point
from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations


def mean_of_readers(readers: Sequence[Annotations]) -> Annotations:
    """Average each landmark over the readers who marked it.

    Raises:
        DatasetError: the readers name other landmarks or marked other films.
    """
    first = readers[0]
    by_image = [{film.image: film for film in reader.films} for reader in readers]
    for number, (reader, films) in enumerate(zip(readers, by_image, strict=True), start=1):
        if reader.landmarks != first.landmarks:
            raise DatasetError(
                f"reader {number} names other landmarks than reader 1; give both the same --landmark_names"
            )
        for image in sorted(films.keys() ^ by_image[0].keys()):
            raise DatasetError(
                f"{image}: is not marked by both reader 1 and reader {number}; give the same films of each"
            )
    means = tuple(_mean_film([films[film.image] for films in by_image]) for film in first.films)
    return replace(first, films=means)


def _mean_film(readings: Sequence[Film]) -> Film:
    marked = [film.landmarks for film in readings if film.landmarks is not None]
    if not marked:
        return readings[0]
    return replace(readings[0], landmarks=tuple(mean_point(points) for points in zip(*marked, strict=True)))


def mean_point(points: Sequence[Point | None]) -> Point | None:
    """The mean of one landmark over those who marked it; None where nobody did."""
    marked = [point for point in points if point is not None]
    if not marked:
        return None
    return sum(x for x, _ in marked) / len(marked), sum(y for _, y in marked) / len(marked)
