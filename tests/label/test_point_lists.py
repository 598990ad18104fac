# SPDX-License-Identifier: Apache-2.0
"""Point lists of 3D Slicer by HTTP: what another program saves is the label that the page shows, and the other way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from bundle.label.film_list import film_id
from bundle.label.study import Study
from bundle.label.workspace import Workspace
from bundle.outputs.slicer_markups import ListedPoint, point_list
from label_page import NAMES, Page, write_film

FILM = film_id("1.png")
POINTS = {"left top": (20.0, 18.0), "right top": (44.5, 18.25), "bottom": (32.0, 40.0)}


def listed(film: Path, points: dict[str, Any], names: tuple[str, ...] = NAMES) -> dict[str, Any]:
    return point_list(film, [ListedPoint(name, points.get(name) or (np.nan, np.nan)) for name in names])


def save(page: Page, content: Any, film: str = FILM, **query: Any) -> httpx.Response:
    return page.http.put(f"/api/films/{film}/markups", params={"reader": "Ann"} | query, json=content)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(NAMES), st.tuples(st.floats(0, 63), st.floats(0, 55)), min_size=1, max_size=len(NAMES)
    )
)
def test_a_list_is_the_label_and_comes_back(page: Page, films: Path, points: dict[str, tuple[float, float]]):
    answer = save(page, listed(films / "1.png", points))
    assert answer.status_code == 200, answer.text
    missing = [name for name in NAMES if name not in points]
    assert answer.json()["undecided"] == missing
    assert answer.json()["status"] == ("in_progress" if missing else "labelled")
    shown = page.label(FILM)["points"]
    for name, point in zip(NAMES, shown, strict=True):
        assert (point is None) is (name in missing)
        if point is not None:
            np.testing.assert_allclose([point["x"], point["y"]], points[name], atol=1e-3)
    again = page.get(f"/api/films/{FILM}/markups")
    assert [each["label"] for each in again["markups"][0]["controlPoints"]] == list(NAMES)
    assert save(page, again).json()["revision"] == answer.json()["revision"], "what comes back is no change"


def test_a_list_of_a_turned_film_is_where_the_page_shows_it(tmp_path: Path, serve):
    points = write_film(tmp_path / "films" / "upright.png", 3)
    with Image.open(tmp_path / "films" / "upright.png") as upright:
        exif = Image.Exif()
        exif[0x0112] = 6
        upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "films" / "turned.jpg", exif=exif, quality=95)
    page = serve(Workspace(tmp_path / "films", tmp_path / "study", Study(name="t", landmarks=NAMES)))
    film = film_id("turned.jpg")
    states = ["placed"] * 3
    assert page.put(film, points.tolist(), states=states, status="labelled").status_code == 200
    content = page.get(f"/api/films/{film}/markups")
    stored = [each["position"][:2] for each in content["markups"][0]["controlPoints"]]
    np.testing.assert_allclose(stored, [(y, 63 - x) for x, y in points], atol=1e-3)
    assert save(page, content, film).json()["revision"] == 1


def test_what_a_reader_said_of_a_landmark_without_a_point_stays(page: Page, films: Path):
    page.put(FILM, [POINTS["left top"], None, None], states=["placed", "absent", "not_visible"])
    answer = save(page, listed(films / "1.png", {"bottom": (1.0, 2.0)}))
    assert answer.json() == {"revision": 2, "status": "in_progress", "undecided": ["left top"]}
    assert page.label(FILM)["states"] == ["unset", "absent", "placed"]
    undone = page.http.post(f"/api/films/{FILM}/undo", json={"revision": 2, "reader": "Ann"}).json()
    assert undone["states"] == ["placed", "absent", "not_visible"], "the point that the list lacked is not lost"


def test_a_flagged_film_stays_flagged(page: Page, films: Path):
    page.put(FILM, [None] * 3, status="flagged")
    assert save(page, listed(films / "1.png", POINTS)).json()["status"] == "flagged"


def test_a_reader_who_saw_another_revision_is_shown_the_label_of_now(page: Page, films: Path):
    page.put(FILM, list(POINTS.values()), status="labelled")
    content = listed(films / "1.png", {"bottom": (1.0, 2.0)})
    refused = save(page, content, revision=0)
    assert (refused.status_code, refused.json()["label"]) == (409, page.label(FILM))
    assert save(page, content, revision=1).json()["revision"] == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "the point list: is not valid JSON"),
        ("[]", "the point list: is [], not an object"),
        ("{}", "the point list: has no markups"),
        ('{"markups": []}', "the point list: holds no point that is placed; place the landmarks"),
        ('{"markups": [{"type": "Fiducial", "controlPoints": []}]}', "holds no point that is placed"),
        ('{"markups": [{"controlPoints": [{"label": "F-1", "position": [1, 1, 0]}]}]}', "'F-1': no landmark of the"),
        ('{"markups": [{"controlPoints": [{"label": "bottom", "position": [1, 1]}]}]}', "not three numbers"),
        ('{"markups": [{"controlPoints": [{"label": "bottom", "position": [900, 1, 0]}]}]}', "far outside the film"),
    ],
)
def test_what_is_no_label_is_refused_in_a_sentence(page: Page, content: str, sentence: str):
    answer = page.http.put(f"/api/films/{FILM}/markups", params={"reader": "Ann"}, content=content)
    assert (answer.status_code, page.label(FILM)["revision"]) == (422, 0)
    assert sentence in answer.json()["error"]


def test_a_list_says_who_placed_it_and_of_which_film(page: Page, films: Path):
    content = listed(films / "1.png", POINTS)
    assert page.http.put(f"/api/films/{FILM}/markups", json=content).status_code == 422
    assert save(page, content, film="none").status_code == 404


def test_without_a_label_the_proposal_comes(films: Path, tmp_path: Path, serve, stage1: Path):
    page = serve(Workspace(films, tmp_path / "study", Study(name="t", landmarks=NAMES), model=stage1))
    proposed = page.http.post(f"/api/films/{FILM}/proposal").json()["points"]
    markup = page.get(f"/api/films/{FILM}/markups")["markups"][0]
    assert markup["name"] == "proposed"
    positions = [each["position"][:2] for each in markup["controlPoints"]]
    np.testing.assert_allclose(positions, [[point["x"], point["y"]] for point in proposed], atol=1e-3)


def test_a_film_is_found_by_its_file(page: Page, films: Path, tmp_path: Path):
    assert page.get("/api/film", file=str(films / "1.png")) == {"id": FILM, "name": "1.png"}
    (tmp_path / "link").symlink_to(films)
    assert page.get("/api/film", file=str(tmp_path / "link" / "1.png"))["id"] == FILM
    other = tmp_path / "other" / "1.png"
    write_film(other)
    answer = page.http.get("/api/film", params={"file": str(other)})
    assert (answer.status_code, str(tmp_path) in json.dumps(answer.json())) == (404, False)
