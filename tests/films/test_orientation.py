# SPDX-License-Identifier: Apache-2.0
"""Turning images as they are looked at, and points back to the stored pixels, for all eight orientations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageOps

from bundle.films.orientation import EXIF, UPRIGHT, Orientation, picture_orientation

STORED = np.arange(5 * 3).reshape(5, 3)  # [X, Y]


@pytest.mark.parametrize("value", EXIF)
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_an_image_is_turned_as_pillow_does(tmp_path, value, suffix):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = value
    stored = np.kron(STORED, np.ones((8, 8))).astype(np.uint8) * 16  # blocks of a JPEG
    file = tmp_path / f"film.{suffix}"
    Image.fromarray(stored.T).save(file, exif=exif)
    orientation = picture_orientation(file)
    assert orientation == EXIF[value]
    with file.open("rb") as stream, Image.open(stream) as picture:  # by its path, Pillow shears a turned TIFF
        shown = np.asarray(ImageOps.exif_transpose(picture)).T
    assert np.abs(orientation.turn(stored).astype(int) - shown).max() <= 3
    assert orientation.shown_size(stored.shape) == shown.shape


@pytest.mark.parametrize("orientation", EXIF.values())
def test_a_pixel_that_is_looked_at_is_found_in_the_stored_image(orientation):
    shown = orientation.turn(STORED)
    for pixel in np.ndindex(shown.shape):
        x, y, weight = orientation.to_stored(STORED.shape) @ (*pixel, 1)
        assert STORED[int(x), int(y)] == shown[pixel]
        assert weight == 1


@given(st.sampled_from(sorted(EXIF)), st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=1))
def test_points_go_with_their_image(value, points):
    orientation = EXIF[value]
    stored = orientation.points_to_stored(np.array(points), STORED.shape)
    back = np.linalg.inv(orientation.to_stored(STORED.shape))
    assert np.allclose(stored @ back[:2, :2].T + back[:2, 2], points)


def test_a_missing_point_stays_missing():
    turned = Orientation(transposed=True, flipped_x=True)
    assert np.isnan(turned.points_to_stored(np.array([[np.nan, np.nan]]), STORED.shape)).all()


@pytest.mark.parametrize("value", [0, 9, 77])
def test_a_value_that_means_nothing_turns_nothing(tmp_path, value):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = value
    Image.fromarray(np.zeros((3, 4), np.uint8)).save(tmp_path / "film.jpg", exif=exif)
    assert picture_orientation(tmp_path / "film.jpg") == UPRIGHT
