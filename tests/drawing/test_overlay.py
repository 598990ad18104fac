# SPDX-License-Identifier: Apache-2.0
"""Where the colours of an overlay are, and what of the film is seen beneath."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image

from bundle.confidence import Confidence
from bundle.drawing.overlay import (
    GROUND_TRUTH,
    LINE,
    PREDICTION,
    REVIEW_MARK,
    draw_overlay,
    overlay_picture,
    write_overlay,
)
from bundle.errors import BundleError, RadiographError
from bundle.results.film_result import FilmResult
from film_results import film_result

FLAT = np.zeros((100, 80), dtype=np.float32)  # X, Y


def centre_of(picture: Image.Image, colour: tuple[int, int, int]) -> np.ndarray:
    """Mean (x, y) of the pixels of a colour, the legend's corner left out."""
    pixels = np.asarray(picture.convert("RGB"))[: int(picture.height * 0.85)]
    rows, columns = np.nonzero((pixels == colour).all(axis=-1))
    return np.array([columns.mean(), rows.mean()])


def has(picture: Image.Image, colour: tuple[int, int, int]) -> bool:
    pixels = np.asarray(picture.convert("RGB"))[: int(picture.height * 0.85)]
    return bool((pixels == colour).all(axis=-1).any())


@settings(deadline=None, max_examples=10)
@given(st.tuples(st.integers(10, 90), st.integers(10, 60)), st.tuples(st.integers(10, 90), st.integers(10, 60)))
def test_dots_are_centred_on_their_landmarks(pred: tuple[int, int], label: tuple[int, int]) -> None:
    picture = draw_overlay(FLAT, np.array([pred]), np.full((1, 2), np.nan), long_side=400)
    np.testing.assert_allclose(centre_of(picture, PREDICTION), (np.array(pred) + 0.5) * 4 - 0.5, atol=0.2)
    picture = draw_overlay(FLAT, np.full((1, 2), np.nan), np.array([label]), long_side=400)
    np.testing.assert_allclose(centre_of(picture, GROUND_TRUTH), (np.array(label) + 0.5) * 4 - 0.5, atol=0.2)


def test_a_white_line_joins_prediction_and_ground_truth() -> None:
    picture = draw_overlay(FLAT, np.array([[20.0, 30.0]]), np.array([[80.0, 30.0]]), long_side=900)
    assert picture.getpixel((454, 274)) == LINE
    assert picture.getpixel((454, 300)) == (0, 0, 0)


def test_missing_and_infinite_points_are_left_out() -> None:
    label = np.array([[np.nan, np.nan], [50.0, 40.0]])
    picture = draw_overlay(FLAT, np.array([[20.0, 20.0], [np.inf, 0.0]]), label, long_side=400)
    assert has(picture, PREDICTION)
    assert has(picture, GROUND_TRUTH)
    assert not has(picture, LINE)


def test_points_far_outside_do_no_harm() -> None:
    picture = draw_overlay(FLAT, np.array([[1e30, -1e30]]), np.array([[50.0, 40.0]]), long_side=200)
    assert picture.size == (200, 160)


def test_skeleton_joins_landmarks() -> None:
    landmarks = np.array([[20.0, 40.0], [80.0, 40.0]])
    assert draw_overlay(FLAT, landmarks, long_side=1000).getpixel((505, 405)) == (0, 0, 0)
    red, green, blue = draw_overlay(FLAT, landmarks, skeleton=[(0, 1)], long_side=1000).getpixel((505, 405))
    assert red > 60 > max(green, blue)


def test_a_ring_has_the_expected_error_as_its_radius() -> None:
    """Of pixels that are twice as high as wide the height counts, in every direction."""
    landmarks = np.array([[50.0, 40.0], [np.nan, np.nan], [20.0, 20.0]])
    confidence = Confidence(np.array([10.0, 10.0, np.nan]), 20.0, 0.1, 0.5)

    def distances(picture: Image.Image) -> np.ndarray:
        """From the first landmark of what is red left, right, above and below it."""
        red = np.asarray(picture)[:700, :, 0] > 100  # above the legend
        middle = np.array([252, 404.5])
        across, down = np.flatnonzero(red[404]) - middle[0], np.flatnonzero(red[:, 252]) - middle[1]
        return np.array([across.min(), across.max(), down.min(), down.max()])

    picture = draw_overlay(FLAT, landmarks, long_side=800, aspect=2.0, confidence=confidence)
    np.testing.assert_allclose(distances(picture), [-99.5, 99.5, -99.5, 99.5], atol=1)
    plain = draw_overlay(FLAT, landmarks, long_side=800, aspect=2.0)
    assert np.abs(distances(plain)).max() < 10


@pytest.mark.parametrize(("error", "marked"), [(10.0, False), (30.0, True)])
def test_a_film_to_be_reviewed_is_marked(error: float, marked: bool) -> None:
    confidence = Confidence(np.array([error]), 20.0, 0.1, 0.5)
    picture = draw_overlay(FLAT, np.array([[50.0, 40.0]]), long_side=800, confidence=confidence)
    assert has(picture, REVIEW_MARK) == marked


def test_endless_expected_errors_do_no_harm() -> None:
    confidence = Confidence(np.array([1e30]), 20.0, 0.1, 0.5)
    assert draw_overlay(FLAT, np.array([[50.0, 40.0]]), long_side=200, confidence=confidence).size == (200, 160)


def test_x_runs_to_the_right_and_contrast_is_the_films_own() -> None:
    film = np.tile(np.linspace(1000, 3000, 200, dtype=np.float32)[:, None], (1, 150))
    grey = np.asarray(draw_overlay(film[None], np.full((1, 2), np.nan), long_side=200))[60, :, 0].astype(int)
    assert grey[2] < 5 and grey[-3] > 250
    assert (np.diff(grey) >= 0).all()
    assert grey[100] == pytest.approx(128, abs=3)


def test_a_bright_speck_does_not_darken_the_film() -> None:
    film = np.random.default_rng(0).uniform(0, 100, (200, 200)).astype(np.float32)
    film[5, 5] = 1e6
    assert np.asarray(draw_overlay(film, np.zeros((0, 2)), long_side=200)).mean() > 100


def test_pixels_that_are_not_square_are_shown_in_proportion(results: list[FilmResult], tmp_path: Path) -> None:
    write_overlay(replace(results[0], spacing=np.array([0.25, 0.5])), tmp_path / "tall.png")
    with Image.open(tmp_path / "tall.png") as picture:
        assert picture.size == (683, 1024)  # 120 x 90 pixels of 0.25 x 0.5 mm
    picture = draw_overlay(FLAT, np.array([[50, 20]]), long_side=800, aspect=2.0)
    assert picture.size == (500, 800)
    np.testing.assert_allclose(centre_of(picture, PREDICTION), [50.5 * 5 - 0.5, 20.5 * 10 - 0.5], atol=0.2)


def test_a_turned_film_is_drawn_upright_with_its_landmarks_and_proportions(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown with a quarter turn to the right: the stored first row is the right column
    stored = np.random.default_rng(0).integers(0, 9, (60, 100), dtype=np.uint8)
    Image.fromarray(stored).save(tmp_path / "film.png", exif=exif)
    spacing = np.array([0.5, 0.25])
    picture = overlay_picture(film_result(tmp_path / "film.png", ["a"], np.array([[10.0, 20.0]]), spacing=spacing), "")
    assert picture.size == (307, 1024)  # 60 x 100 pixels of 0.25 x 0.5 mm
    np.testing.assert_allclose(centre_of(picture, PREDICTION), [39.5 * 5.12 - 0.5, 10.5 * 10.24 - 0.5], atol=0.5)


def test_written_picture_shows_the_film(results: list[FilmResult], tmp_path: Path) -> None:
    write_overlay(results[9], tmp_path / "out" / "film.png")
    with Image.open(tmp_path / "out" / "film.png") as picture:
        assert picture.size == (1024, 768)
        assert has(picture, PREDICTION) and has(picture, GROUND_TRUTH)
    write_overlay(replace(results[9], label=None), tmp_path / "out" / "film.jpg")
    with Image.open(tmp_path / "out" / "film.jpg") as picture:
        assert picture.format == "JPEG"
        assert not has(picture, GROUND_TRUTH)


def test_a_synthetic_film_says_so(results: list[FilmResult], tmp_path: Path) -> None:
    picture = {}
    for synthetic in (False, True):
        write_overlay(results[0], tmp_path / "film.png", synthetic=synthetic)
        picture[synthetic] = np.asarray(Image.open(tmp_path / "film.png"))
    rows, columns = np.nonzero((picture[True] != picture[False]).any(axis=-1))
    assert rows.max() < 60  # the title's line, behind the end of the name
    assert 100 < columns.min() < columns.max() < 600


def test_unreadable_film_and_unwritable_folder_are_told(results: list[FilmResult], tmp_path: Path) -> None:
    with pytest.raises(RadiographError, match=r"gone\.png"):
        write_overlay(replace(results[0], image=tmp_path / "gone.png"), tmp_path / "film.png")
    (tmp_path / "film.png").mkdir()
    with pytest.raises(BundleError, match=r"film\.png: cannot be written"):
        write_overlay(results[0], tmp_path / "film.png")


@pytest.mark.real_data
def test_a_real_cephalogram_keeps_its_greys(radiograph_data: Path) -> None:
    image = radiograph_data / "ceph" / "images" / "001.jpg"
    film = np.asarray(Image.open(image).convert("L"), dtype=np.float32).T
    grey = np.asarray(draw_overlay(film, np.full((1, 2), np.nan)))
    assert grey.shape[0] == 1024
    assert len(np.unique(grey)) > 200
    assert 60 < grey.mean() < 200


def names_on(points: np.ndarray, parts: dict[str, tuple[int, ...]], size: tuple[int, int]) -> np.ndarray:
    """`[N, 2]` (x, y) in pixels of the film where names of parts change the picture."""
    film = np.zeros(size, dtype=np.float32)
    named, nameless = (draw_overlay(film, points, long_side=10 * max(size), parts=some) for some in (parts, {}))
    changed = np.argwhere(np.abs(np.asarray(named, int) - np.asarray(nameless, int)).max(axis=-1) > 100)
    return changed[:, ::-1] / 10


def row_of_parts(across: int, step: int, sideways: bool) -> tuple[np.ndarray, dict[str, tuple[int, ...]]]:
    """Four parts of two points each in a row, at a distance from one edge."""
    points = np.array([[across + corner, 10.0 + step * part] for part in range(4) for corner in (0, 6)])
    return points[:, ::-1] if sideways else points, {f"T{part + 1}": (2 * part, 2 * part + 1) for part in range(4)}


@pytest.mark.parametrize("sideways", [False, True])
@pytest.mark.parametrize(("across", "after"), [(20, True), (73, False)])
def test_the_names_of_parts_stand_beside_their_points(across: int, after: bool, sideways: bool) -> None:
    """A part has its name across the row, on the side where the picture has a place for it."""
    points, parts = row_of_parts(across, 20, sideways)
    changed = names_on(points, parts, (80, 82) if not sideways else (82, 80))
    along, beside = changed[:, 1 - sideways], changed[:, int(sideways)]
    assert (beside.min() > across + 6) if after else (beside.max() < across), "clear of the points"
    assert np.unique(np.round((along - 10) / 20)).tolist() == [0, 1, 2, 3], "one beside each part"
    assert (np.diff(np.unique(along)) > 0.5).sum() >= 3, "names do not touch each other"


def test_names_that_could_not_be_read_are_not_written() -> None:
    points = np.array([[20.0, 10.0], [np.nan, np.nan], [20.0, 10.5], [20.0, 11.0]])
    assert len(names_on(points, {"T1": (1,)}, (100, 80))) == 0, "a part without a place"
    assert len(names_on(points, {"T1": (0,), "T2": (2,), "T3": (3,)}, (100, 80))) == 0, "parts too close"
    assert len(names_on(points, {"T1": (0, 1)}, (100, 80))) > 0, "one point of a part is enough"


@pytest.mark.parametrize("width", [20, 34])
def test_title_and_legend_fit_into_a_narrow_picture(width: int) -> None:
    confidence = Confidence(np.full(1, np.nan), 20.0, 0.6, 0.5)
    film = np.zeros((width, 100), dtype=np.float32)
    points = np.full((1, 2), np.nan)
    long = "a film of a long name.dcm"
    picture = np.asarray(draw_overlay(film, points, points, title=long, long_side=1000, confidence=confidence))
    assert picture[:, -3:].max() == 0, "nothing is cut off"
    for corner in (picture[:80], picture[-80:]):
        assert (corner[:, picture.shape[1] // 2 :] > 200).all(axis=-1).any(), "and there is something to read"
