# SPDX-License-Identifier: Apache-2.0
"""The landmark set of a study changes while films are labelled, and no label is lost or lands on another landmark."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.errors import ConfigurationError, DatasetError
from bundle.label.film_list import film_id
from bundle.label.study import STUDY, Study, changed
from bundle.label.workspace import Workspace

POINTS = [[20, 18], [44, 18], [32, 40]]
FILM, OTHER = film_id("1.png"), film_id("2.png")


def change(page, **fields):
    return page.http.put("/api/study", json={"revision": page.get("/api/study")["revision"]} | fields)


def test_a_label_follows_new_names_and_a_new_order(page, workspace, serve):
    page.put(FILM, POINTS)
    names = ["bottom", "top on the left", "right top", "centre"]
    answer = change(page, landmarks=names, renamed={"left top": "top on the left"})
    assert answer.status_code == 200, answer.text
    label = page.label(FILM)
    assert [point and point["x"] for point in label["points"]] == [32, 20, 44, None]
    assert label["states"] == ["placed", "placed", "placed", "unset"]
    workspace.close()
    page = serve(Workspace(workspace.films.folder, workspace.store.folder, Study(name="other"), "r"))
    assert page.label(FILM) == label
    page.http.post(f"/api/films/{FILM}/undo", json={"revision": 1, "reader": "r"})
    redone = page.http.post(f"/api/films/{FILM}/redo", json={"revision": 2, "reader": "r"}).json()
    assert redone["points"] == label["points"]


def test_two_names_may_change_places(page):
    page.put(FILM, POINTS)
    swapped = {"left top": "right top", "right top": "left top"}
    assert change(page, landmarks=["left top", "right top", "bottom"], renamed=swapped).status_code == 200
    assert [point["x"] for point in page.label(FILM)["points"]] == [44, 20, 32]
    page.put(OTHER, POINTS)
    assert [point["x"] for point in page.label(OTHER)["points"]] == [20, 44, 32]


def test_a_name_that_was_given_up_may_be_that_of_another_landmark(page):
    page.put(FILM, POINTS)
    change(page, landmarks=["first", "right top", "bottom"], renamed={"left top": "first"})
    change(page, landmarks=["first", "right top", "bottom", "left top"])
    assert [point and point["x"] for point in page.label(FILM)["points"]] == [20, 44, 32, None]
    page.put(OTHER, [*POINTS, [1, 1]])
    assert [point["x"] for point in page.label(OTHER)["points"]] == [20, 44, 32, 1]


def test_a_page_with_the_landmarks_of_before_writes_nothing(page):
    body = {"landmarks": page.get("/api/study")["landmarks"]}
    change(page, landmarks=["right top", "left top", "bottom"])
    answer = page.put(FILM, POINTS, **body)
    assert answer.status_code == 409
    assert answer.json()["study"]["landmarks"] == ["right top", "left top", "bottom"]
    assert page.label(FILM)["revision"] == 0


def test_a_landmark_that_films_are_labelled_with_stays(page):
    page.put(FILM, [None, None, POINTS[2]])
    answer = change(page, landmarks=["left top", "right top"])
    assert answer.status_code == 409
    assert "'bottom' cannot be removed, since films are labelled with it" in answer.json()["error"]
    assert change(page, landmarks=["left top", "bottom"]).status_code == 200
    assert page.label(FILM)["states"] == ["unset", "placed"]
    answer = change(page, landmarks=["left top"], renamed={"bottom": "left top"})
    assert "renamed leaves two landmarks with the name 'left top'" in answer.json()["error"]


def test_a_step_back_brings_no_landmark_that_was_removed(page):
    page.put(FILM, POINTS)
    page.put(FILM, [POINTS[0], POINTS[1], None])
    assert change(page, landmarks=["left top", "right top"]).status_code == 200
    undone = page.http.post(f"/api/films/{FILM}/undo", json={"revision": 2, "reader": "r"}).json()
    assert (undone["states"], undone["revision"]) == (["placed", "placed"], 3)
    undone = page.http.post(f"/api/films/{FILM}/undo", json={"revision": 3, "reader": "r"}).json()
    assert undone["states"] == ["unset", "unset"]


def test_the_example_is_drawn_on_a_film(page):
    template = {"film": FILM, "points": [{"x": 1.0, "y": 2.0}, None, {"x": 3.0, "y": 4.0}]}
    assert change(page, template=template).json()["template"] == template
    renamed = change(page, landmarks=["a", "right top", "bottom"], renamed={"left top": "a"}).json()
    assert renamed["template"] == template
    assert change(page, template=None).json()["template"] is None
    assert change(page, template=template | {"film": "0" * 16}).status_code == 404


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"landmarks": ["a", "a"]}, "repeats the name 'a'"),
        ({"landmarks": [" "]}, "landmarks[0]: should"),
        ({"landmarks": ["x" * 257]}, "landmarks[0]: should"),
        ({"renamed": {"none": "a"}}, "renamed has 'none', which is none of landmarks"),
        ({"renamed": {"bottom": "a"}}, "renamed has the new name 'a', which is none of landmarks"),
        ({"skeleton": [[0, 3]]}, "skeleton[0] names landmark 3 of only 3"),
        ({"pairs": [["left top", "none"]]}, "pairs[0] names 'none'"),
        ({"parts": {"top": ["left top", "left top"]}}, "as parts['top'] does"),
        ({"measurements": ["none"]}, "measurements: 'none' is neither"),
        ({"measurements": ["cephalogram"]}, "needs the landmark"),
        ({"revision": 7}, "the study was changed meanwhile"),
        ({"colour": "red"}, "there is no field 'colour'"),
    ],
)
def test_what_is_no_landmark_set_is_refused_in_a_sentence(page, fields, sentence):
    answer = change(page, **fields)
    assert answer.status_code in (409, 422)
    assert sentence in answer.json()["error"]
    assert page.get("/api/study")["revision"] == 1


def test_a_study_file_that_cannot_be_is_named_at_the_start(workspace, films):
    workspace.close()
    file = workspace.store.folder / STUDY
    file.write_text(json.dumps(json.loads(file.read_text()) | {"landmarks": "a"}))
    with pytest.raises(DatasetError, match=r"study.json: landmarks: should be a list"):
        Workspace(films, file.parent, Study(name="a"), "r")


NAMES = st.sampled_from("abcdef")


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES), max_size=8))
def test_a_landmark_is_found_by_its_name_of_any_revision(renames):
    """However often landmarks take over each other's names, each of them is the landmark that it was."""
    study = Study(name="s", landmarks=("a", "b", "c"))
    called = [{"a": "a", "b": "b", "c": "c"}]  # the name of each landmark at each revision
    for old, new in renames:
        if old not in study.landmarks or (new in study.landmarks and new != old):
            continue
        landmarks = tuple(new if name == old else name for name in study.landmarks)
        study = changed(study, {"landmarks": landmarks}, {old: new}, used={"a", "b", "c"})
        called.append({first: new if name == old else name for first, name in called[-1].items()})
    for revision, names in enumerate(called, start=1):
        assert {first: study.name_now(name, revision) for first, name in names.items()} == called[-1]


def test_measurements_follow_the_points(tmp_path, films, serve):
    names = ("sella", "nasion", "subspinale (A)")
    page = serve(Workspace(films, tmp_path / "study", Study(name="ceph", landmarks=names), "r"))
    body = {"film": FILM, "points": [{"x": 10, "y": 10}, {"x": 30, "y": 10}, None]}
    assert page.http.post("/api/measurements", json=body).json() == []
    file = tmp_path / "sna.yaml"
    file.write_text(
        "measurements:\n"
        "  - {name: SNA, rule: angle, unit: degree, lines: [[nasion, sella], [nasion, subspinale (A)]]}\n"
        "  - {name: SN, rule: distance, unit: mm, points: [sella, nasion]}\n"
    )
    change(page, measurements=str(file))
    assert page.http.post("/api/measurements", json=body).json() == [
        {"name": "SNA", "value": None, "unit": "degree"},
        {"name": "SN", "value": 20.0, "unit": "px"},
    ]
    body["points"][2] = {"x": 30, "y": 40}
    assert page.http.post("/api/measurements", json=body).json()[0]["value"] == 90


def test_a_study_without_landmarks_yet_measures_nothing(tmp_path, films, serve):
    page = serve(Workspace(films, tmp_path / "study", Study(name="new"), "r"))
    answer = page.http.post("/api/measurements", json={"film": FILM, "points": []})
    assert (answer.status_code, answer.json()) == (200, [])


def test_used_names_are_told_by_their_new_names():
    study = Study(name="s", landmarks=("a", "b"))
    with pytest.raises(ConfigurationError, match="'c' cannot be removed"):
        changed(changed(study, {"landmarks": ("c", "b")}, {"a": "c"}, {"a"}), {"landmarks": ("b",)}, {}, {"c"})
