# SPDX-License-Identifier: Apache-2.0
"""Tests of what is taken for points in pixels, and what the user can say of the numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations, MarkedSize, Unit
from bundle.importers.statement import Statement, in_pixels

POINTS = ((10.0, 20.0), (90.0, 30.0), (50.0, 70.0))
"""In pixels of a film of 100 x 80."""


def annotations(folder: Path, points, spacing=None, marked=None, unit=None) -> Annotations:
    films = tuple(Film(Path(name), tuple(points), spacing) for name in ("a.png", "b.png"))
    marked_on = {film.image: marked for film in films} if marked else {}
    return Annotations(folder, ("s", "n", "m")[: len(points)], films, marked_on=marked_on, unit=unit)


def scaled(factor) -> tuple:
    return tuple(map(tuple, (np.array(POINTS) * factor).tolist()))


@pytest.mark.parametrize(
    ("unit", "factor", "spacing"),
    [
        (Unit.PIXELS, 1, None),
        (Unit.MILLIMETRES, 0.2, None),
        (Unit.MILLIMETRES, 0.1, (0.1, 0.1)),
        (Unit.FRACTION, (0.01, 0.0125), None),
        (Unit.PERCENT, (1, 1.25), None),
    ],
)
@pytest.mark.parametrize("stated_by", ["user", "source"])
def test_a_stated_unit(images, unit, factor, spacing, stated_by) -> None:
    """The spacing of the source goes before the one that the user states."""
    by_user, by_source = (unit, None) if stated_by == "user" else (None, unit)
    marked = annotations(images, scaled(factor), spacing, unit=by_source)
    for film in in_pixels(marked, Statement(by_user, spacing=0.2)).films:
        np.testing.assert_allclose(film.landmarks, POINTS)
        assert film.spacing == (spacing or (0.2, 0.2))


def test_fractions_are_of_the_picture_that_was_marked(images) -> None:
    marked = annotations(images, scaled((0.01, 0.0125)), marked=MarkedSize(200, 160, "here"))
    np.testing.assert_allclose(in_pixels(marked, Statement(Unit.FRACTION)).films[0].landmarks, scaled(2))


def test_millimetres_need_a_spacing(images) -> None:
    with pytest.raises(
        DatasetError, match=r"a\.png: its points are in mm and its pixel size is not stated; .*--spacing"
    ):
        in_pixels(annotations(images, POINTS), Statement(Unit.MILLIMETRES))


@pytest.mark.parametrize(
    ("factor", "sentence"),
    [
        (0.1, r"the points lie in the upper left 9% of the image, .* with --units mm, percent or pixels"),
        (0.4, r"the points lie in the upper left 36% of the image"),
        ((0.01, 0.0125), r"lie between 0 and 1, as fractions of width and height do; say so with --units fraction"),
    ],
)
def test_numbers_that_cannot_be_pixels(images, factor, sentence) -> None:
    with pytest.raises(
        DatasetError, match=r"a\.png and all other films: the points " + sentence.removeprefix("the points ")
    ):
        in_pixels(annotations(images, scaled(factor)), Statement())
    for said in (annotations(images, scaled(factor), marked=MarkedSize(100, 80, "here")),):
        assert in_pixels(said, Statement()).films[0].landmarks == scaled(factor)
    assert in_pixels(annotations(images, scaled(factor)), Statement(Unit.PIXELS)).films[0].landmarks == scaled(factor)


def test_points_beyond_a_corner_are_not_doubted(images) -> None:
    """Nor a landmark or two, which may lie in a corner of every film."""
    assert in_pixels(annotations(images, scaled(0.5)), Statement()).films[0].landmarks == scaled(0.5)
    assert in_pixels(annotations(images, scaled(0.1)[:2]), Statement()).films[0].landmarks == scaled(0.1)[:2]


@pytest.mark.parametrize("placeholder", [(-1, -1), (0, 0), (-0.5, -0.5), (-999, -999)])
def test_what_programs_write_for_a_missing_point_is_no_point(images, placeholder) -> None:
    """A format that counts from the pixel's corner makes -0.5 of 0."""
    marked = annotations(images, (POINTS[0], placeholder, POINTS[2]))
    number = 0 if placeholder == (-0.5, -0.5) else placeholder[0]
    with pytest.raises(
        DatasetError, match=rf"a\.png: 'n' lies at .*; say so with --missing {number}, or with --missing n"
    ):
        in_pixels(marked, Statement())
    films = in_pixels(marked, Statement(missing=(float(number),))).films
    assert films[0].landmarks == (POINTS[0], None, POINTS[2])
    assert in_pixels(marked, Statement(all_points=True)).films == marked.films


@given(st.floats(-50, 150), st.floats(-50, 150), st.sampled_from([-1.0, 0.0, 99.0]))
def test_a_number_that_stands_for_missing_in_one_coordinate_is_a_place(x, y, missing) -> None:
    points = tuple(point for point in ((x, y), (missing, y), (x, missing)) if point[0] != point[1])
    film = Film(Path("a.png"), points)
    marked = Annotations(Path(), ("s", "n", "m")[: len(points)], (film,), unit=Unit.PIXELS)
    assert in_pixels(marked, Statement(missing=(missing,))).films == (film,)
