# SPDX-License-Identifier: Apache-2.0
"""Films in a page: their list, and pixels and points as a person sees them."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle.films.orientation import EXIF
from bundle.label.film_list import FilmList, film_id
from bundle.label.shown_films import ShownFilms
from bundle.label.study import Study
from bundle.label.workspace import Workspace


def test_the_list_tells_what_is_done(page):
    answer = page.get("/api/films", offset=1, limit=2)
    assert answer["total"] == 8
    assert [film["name"] for film in answer["films"]] == ["1.png", "2.png"]
    assert answer["films"][0]["id"] == film_id("1.png")
    assert page.put(film_id("1.png"), [[1, 2], None, None]).status_code == 200
    assert page.get("/api/films", status="in_progress")["films"] == [
        answer["films"][0] | {"status": "in_progress", "revision": 1, "labelled_points": 1}
    ]
    counts = {"unlabelled": 7, "proposed": 0, "in_progress": 1, "labelled": 0, "flagged": 0}
    assert page.get("/api/films")["counts"] == counts


def test_films_of_one_name_in_two_formats_are_two_films(films):
    Image.open(films / "1.png").save(films / "1.jpg")
    assert len({film.id for film in FilmList(films)}) == 9


def test_pixels_are_those_of_the_reader_in_16_bits(page, films):
    answer = page.http.get(f"/api/films/{film_id('3.png')}/pixels")
    stored = np.asarray(Image.open(films / "3.png")).astype(float)
    assert (answer.headers["X-Width"], answer.headers["X-Height"]) == ("64", "56")
    grey = np.frombuffer(answer.content, "<u2").reshape(56, 64)
    expected = (stored - stored.min()) / (stored.max() - stored.min()) * 65535
    np.testing.assert_allclose(grey, expected, atol=0.51)


@pytest.mark.parametrize("orientation", EXIF)
def test_points_come_back_in_pixels_of_the_stored_image(tmp_path: Path, serve, orientation: int):
    stored = np.zeros((40, 60), np.uint8)
    stored[7, 50] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    (tmp_path / "films").mkdir()
    Image.fromarray(stored).save(tmp_path / "films" / "a.png", exif=exif)
    workspace = Workspace(tmp_path / "films", tmp_path / "study", Study(name="a", landmarks=("spot",)), "r")
    page = serve(workspace)
    (film,) = page.ids()
    answer = page.http.get(f"/api/films/{film}/pixels")
    grey = np.frombuffer(answer.content, "<u2").reshape(int(answer.headers["X-Height"]), -1)
    ((y, x),) = np.argwhere(grey == 65535)
    point = {"x": float(x), "y": float(y)}
    assert page.put(film, [[x, y]]).json()["points"] == [point]
    assert workspace.store.label(workspace.films.find(film)).placed == {"spot": (50, 7)}
    assert page.label(film)["points"] == [point]


def test_a_thumbnail_is_small_and_made_once(page, workspace):
    film = page.ids()[0]
    picture = page.http.get(f"/api/films/{film}/thumbnail")
    assert Image.open(io.BytesIO(picture.content)).size == (64, 56)
    (file,) = (workspace.store.folder / "thumbnails").iterdir()
    made = file.stat().st_mtime_ns
    assert page.http.get(f"/api/films/{film}/thumbnail").content == picture.content
    assert file.stat().st_mtime_ns == made


def test_a_film_that_is_replaced_is_read_again(workspace, films):
    shown = ShownFilms(workspace.store.folder)
    film = workspace.films.find(film_id("0.png"))
    assert shown.geometry(film).size == (64, 56)
    Image.linear_gradient("L").resize((30, 20)).save(films / "0.png")
    assert shown.geometry(film).size == (30, 20)
    assert shown.grey(film).shape == (20, 30)


def test_a_film_that_is_no_film_is_told_in_a_sentence_and_ends_nothing(films, tmp_path, serve):
    (films / "a.png").write_text("no film")
    (films / "b.dcm").write_bytes(b"\0" * 200)
    (films / "c.gif").write_bytes(b"GIF89a")
    page = serve(Workspace(films, tmp_path / "study", Study(name="a", landmarks=("spot",)), "r"))
    assert len(page.ids()) == 11
    for name in ("a.png", "b.dcm", "c.gif"):
        for path in ("", "/pixels", "/thumbnail"):
            answer = page.http.get(f"/api/films/{film_id(name)}{path}")
            assert answer.status_code == 422
            assert answer.json()["error"].startswith(f"{name}: ")
        body = {"revision": 0, "landmarks": ["spot"], "points": [{"x": 1, "y": 1}], "states": ["placed"]}
        body |= {"status": "in_progress", "reader": "r", "action": "place"}
        assert page.http.put(f"/api/films/{film_id(name)}/label", json=body).status_code == 422
    assert page.put(film_id("1.png"), [[1, 2]]).status_code == 200


def test_ten_thousand_films_are_listed_at_once(tmp_path: Path, serve: Callable):
    folder = tmp_path / "films"
    folder.mkdir()
    Image.linear_gradient("L").resize((8, 8)).save(folder / "0.png")
    content = (folder / "0.png").read_bytes()
    for index in range(1, 10_000):
        (folder / f"{index}.png").write_bytes(content)
    workspace = Workspace(folder, tmp_path / "study", Study(name="a", landmarks=("spot",)), "r")
    workspace.described.close()  # its work is no part of the answer
    page = serve(workspace)
    page.get("/api/films")
    start = time.process_time()  # of server and client, however busy the machine is
    assert page.get("/api/films", offset=9900)["total"] == 10_000
    assert time.process_time() - start < 0.3


def test_an_unknown_film_is_none(page):
    for path in ("/api/films/0000000000000000", "/api/films//pixels", "/api/films/../study.json"):
        answer = page.http.get(path)
        assert answer.status_code == 404 and "error" in answer.json()
