# SPDX-License-Identifier: Apache-2.0
"""Tests of bringing points to the stored images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageOps

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations, MarkedSize
from bundle.importers.stored_images import on_stored_images


def annotations(folder: Path, marked: MarkedSize | None, *points: tuple[float, float] | None) -> Annotations:
    """Annotations of the film a.png, of 100 x 80 pixels."""
    film = Film(Path("a.png"), points)
    names = tuple(f"landmark {number}" for number in range(len(points)))
    return Annotations(folder, names, (film,), marked_on={film.image: marked} if marked else {})


def test_points_on_the_stored_image_stay(images, capsys) -> None:
    for marked in (None, MarkedSize(100, 80, "here")):
        assert on_stored_images(annotations(images, marked, (1, 2), None)).films[0].landmarks == ((1, 2), None)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("factor", "size"), [(2, (50, 40)), (0.5, (200, 160)), (100 / 33, (33, 26)), (100 / 33, (33, 27))]
)
def test_points_follow_a_plain_resize(images, capsys, factor, size) -> None:
    """A corner of the picture stays a corner, and an unmarked point unmarked."""
    marked = MarkedSize(*size, "here")
    landmarks = (
        on_stored_images(annotations(images, marked, (-0.5, -0.5), (size[0] - 0.5, 9.5), None)).films[0].landmarks
    )
    np.testing.assert_allclose(landmarks[:2], [(-0.5, -0.5), (99.5, 10 * 80 / size[1] - 0.5)], atol=1e-9)
    assert landmarks[2] is None
    assert "1 of 1 films: marked at another size; the points were scaled to the stored image" in capsys.readouterr().err


def test_a_spot_of_a_resized_picture_is_found_where_it_was_marked(tmp_path) -> None:
    pixels = np.zeros((90, 120), np.uint8)
    pixels[30, 75] = 255
    Image.fromarray(pixels).resize((40, 30), Image.Resampling.BOX).save(tmp_path / "a.png")
    small = np.asarray(Image.open(tmp_path / "a.png"))
    spot = np.unravel_index(small.argmax(), small.shape)[::-1]
    (moved,) = on_stored_images(annotations(tmp_path, MarkedSize(120, 90, "here"), (75.0, 30.0))).films[0].landmarks
    assert np.abs(np.subtract(moved, spot)).max() < 0.5


@pytest.mark.parametrize("size", [(80, 100), (100, 90), (50, 50), (400, 80)])
def test_another_picture_is_refused(images, size) -> None:
    sentence = (
        rf"^here\.json: width: the film was marked on {size[0]} x {size[1]} pixels, but .*a\.png has 100 x 80, "
        r"of another shape; give the folder of the images that were marked with --images$"
    )
    with pytest.raises(DatasetError, match=sentence):
        on_stored_images(annotations(images, MarkedSize(*size, "here.json: width"), (1, 2)))


@given(st.integers(30, 400), st.integers(30, 400), st.floats(0.2, 5))
def test_every_rounded_resize_is_one(tmp_path_factory, width, height, factor) -> None:
    folder = tmp_path_factory.mktemp("films")
    Image.new("L", (width, height)).save(folder / "a.png")
    marked = MarkedSize(round(width * factor), int(height * factor), "here")
    (moved,) = (
        on_stored_images(annotations(folder, marked, (marked.width / 2 - 0.5, marked.height / 2 - 0.5)))
        .films[0]
        .landmarks
    )
    np.testing.assert_allclose(moved, (width / 2 - 0.5, height / 2 - 0.5), atol=1e-6)


@pytest.fixture(params=range(1, 9))
def tagged(request, tmp_path) -> tuple[int, Path, Path]:
    """Value of an Orientation tag, the folder of a film a.png of 40 x 30 stored pixels with it, and the film."""
    pixels = np.zeros((30, 40), np.uint8)
    pixels[7, 31] = 255
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = request.param
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    return request.param, tmp_path, tmp_path / "a.png"


def spot(picture: Image.Image) -> tuple[float, float]:
    row, column = np.unravel_index(np.asarray(picture).argmax(), picture.size[::-1])
    return float(column), float(row)


def test_points_marked_on_a_turned_picture_are_turned_back(tagged, capsys) -> None:
    """By Pillow's own turning of the picture."""
    orientation, folder, file = tagged
    with Image.open(file) as picture:
        shown = ImageOps.exif_transpose(picture)
    marked = annotations(folder, MarkedSize(*shown.size, "here"), spot(shown))
    assert on_stored_images(replace(marked, shown_turned=True)).films[0].landmarks == ((31, 7),)
    assert ("1 of 1 films: marked as its Orientation tag turns it" in capsys.readouterr().err) == (orientation != 1)


def test_a_turned_and_resized_picture(tagged) -> None:
    _, folder, file = tagged
    with Image.open(file) as picture:
        shown = ImageOps.exif_transpose(picture)
    x, y = spot(shown)
    marked = annotations(folder, MarkedSize(3 * shown.width, 3 * shown.height, "here"), (3 * x + 1, 3 * y + 1))
    (moved,) = on_stored_images(replace(marked, shown_turned=True)).films[0].landmarks
    np.testing.assert_allclose(moved, (31, 7), atol=1e-9)


def test_points_of_the_picture_as_it_is_stored_stay(tagged) -> None:
    """A program that leaves the tag aside, or a size that only the stored picture has."""
    orientation, folder, _ = tagged
    marked = annotations(folder, MarkedSize(40, 30, "here"), (31.0, 7.0))
    assert on_stored_images(replace(marked, shown_turned=False)).films[0].landmarks == ((31, 7),)
    if orientation > 4:
        assert on_stored_images(marked).films[0].landmarks == ((31, 7),)


@pytest.mark.parametrize("sized", [False, True])
def test_a_tag_that_may_have_been_left_aside_is_refused(tagged, sized) -> None:
    orientation, folder, _ = tagged
    marked = annotations(folder, MarkedSize(40, 30, "here") if sized else None, (31.0, 7.0))
    if orientation == 1 or (sized and orientation > 4):
        assert on_stored_images(marked).films == marked.films
    else:
        with pytest.raises(
            DatasetError, match=r"a\.png: its Orientation tag turns the picture, and the .* without the"
        ):
            on_stored_images(marked)
