# SPDX-License-Identifier: Apache-2.0
"""Labels by HTTP: what is saved stays saved, whoever else writes, and what cannot be a label is refused."""

from __future__ import annotations

import errno
import json
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bundle.errors import ConfigurationError, DatasetError
from bundle.label.film_list import film_id
from bundle.label.store import LABELS
from bundle.label.study import Study
from bundle.label.workspace import Workspace

POINTS = [[20, 18], [44.5, 18.25], [32, 40]]
FILM = film_id("1.png")


def as_shown(points: Any) -> list[Any]:
    return [point and {"x": float(point[0]), "y": float(point[1])} for point in points]


def again(workspace: Workspace) -> Workspace:
    """The workspace after its server was ended."""
    workspace.close()
    return Workspace(workspace.films.folder, workspace.store.folder, Study(name="other"), "r")


def test_a_label_is_kept_with_who_and_when(page, workspace, serve):
    answer = page.put(FILM, POINTS, status="labelled", reader="Ann").json()
    assert (answer["revision"], answer["points"], answer["reader"]) == (1, as_shown(POINTS), "Ann")
    later = serve(again(workspace))
    assert later.label(FILM) == answer
    assert later.get("/api/study")["landmarks"] == page.get("/api/study")["landmarks"]
    saved = json.loads((workspace.store.folder / LABELS / f"{FILM}.json").read_text())
    assert saved["film"] == "1.png"
    assert saved["history"][0]["after"]["marks"]["bottom"] == {"state": "placed", "point": [32.0, 40.0]}


def test_a_state_without_a_place_is_kept(page):
    states = ["accepted", "not_visible", "absent"]
    label = page.put(FILM, [POINTS[0], None, None], states=states, status="labelled").json()
    assert label["states"] == states
    assert page.label(FILM) == label


def test_nothing_changed_is_no_step(page):
    first = page.put(FILM, POINTS).json()
    assert page.put(FILM, POINTS, reader="r2").json() == first


def test_steps_are_taken_back_and_brought_again_after_a_reload(page, workspace, serve):
    seen = [page.label(FILM)]
    for points in ([POINTS[0], None, None], [POINTS[0], POINTS[1], None], [[9, 9], POINTS[1], None]):
        seen.append(page.put(FILM, points).json())
    page = serve(again(workspace))

    def step(way: str) -> Any:
        return page.http.post(
            f"/api/films/{FILM}/{way}", json={"revision": page.label(FILM)["revision"], "reader": "b"}
        )

    for before in seen[2::-1]:
        label = step("undo").json()
        assert (label["points"], label["status"]) == (before["points"], before["status"])
    assert step("undo").status_code == 409
    for after in seen[1:3]:
        assert step("redo").json()["points"] == after["points"]
    assert page.label(FILM)["redoable"]
    page.put(FILM, [None, None, POINTS[2]])
    assert step("redo").status_code == 409
    assert step("undo").json()["points"] == seen[2]["points"]


def test_the_second_of_two_readers_is_shown_what_the_first_did(page):
    first = page.put(FILM, POINTS, revision=0, reader="Ann").json()
    second = page.put(FILM, [[1, 1], None, None], revision=0, reader="Ben")
    assert second.status_code == 409
    assert second.json()["label"] == first == page.label(FILM)
    for way in ("undo", "redo"):
        answer = page.http.post(f"/api/films/{FILM}/{way}", json={"revision": 0, "reader": "Ben"})
        assert answer.json()["label"] == first


@pytest.mark.parametrize(
    ("points", "fields", "sentence"),
    [
        ([], {}, "there are 0 for 3 landmarks"),
        (POINTS[:2], {}, "there are 2 for 3 landmarks"),
        ([*POINTS, [1, 1]], {}, "there are 4 for 3 landmarks"),
        (POINTS, {"states": ["placed"]}, "states: there are 1 for 3 landmarks"),
        (POINTS, {"states": ["placed", "placed", "absent"]}, "'bottom' is 'absent', but has a point"),
        ([POINTS[0], None, None], {"states": ["placed", "placed", "unset"]}, "'right top' is 'placed', but has no"),
        ([[1, 1], [1, 1], [200, 1]], {}, "'bottom' has x = 200, far outside the film of 64 x 56 pixels"),
        ([None, None, None], {"status": "labelled"}, "status is 'labelled', but no landmark is set"),
        (POINTS, {"status": "unlabelled"}, "status is 'unlabelled', but landmarks are set"),
        (POINTS, {"status": "done"}, "status: should be"),
        (POINTS, {"reader": " "}, "reader: should"),
        (POINTS, {"action": "undo"}, "action is 'undo'"),
        (POINTS, {"revision": "0"}, "revision: should be a whole number"),
        (POINTS, {"comment": "x"}, "there is no field 'comment'"),
    ],
)
def test_what_is_no_label_is_refused_in_a_sentence(page, points, fields, sentence):
    answer = page.put(FILM, points, **fields)
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]
    assert page.label(FILM)["revision"] == 0


def test_numbers_that_are_none_are_refused(page):
    text = json.dumps({"revision": 0, "landmarks": ["left top", "right top", "bottom"]})[:-1]
    text += ', "points": [{"x": NaN, "y": 1}, null, null], "states": ["placed", "unset", "unset"], '
    text += '"status": "in_progress", "reader": "r", "action": "place"}'
    answer = page.http.put(f"/api/films/{FILM}/label", content=text)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("points[0].x: should be a finite number")
    assert (
        page.http.put(f"/api/films/{FILM}/label", content="{").json()["error"].startswith("the request: is not valid")
    )


def test_a_full_disk_costs_the_change_and_nothing_else(page, monkeypatch):
    before = page.put(FILM, POINTS).json()

    def full(_self: Path, *_args: object, **_more: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        answer = page.put(FILM, [[1, 1], None, None])
    assert answer.status_code == 507
    assert "No space left on device" in answer.json()["error"]
    assert page.label(FILM) == before
    assert page.get("/api/films", status="in_progress")["films"][0]["revision"] == 1
    assert page.put(FILM, [[1, 1], None, None]).json()["revision"] == 2


def test_a_thousand_changes_of_many_threads_are_all_kept(page, workspace, serve):
    films = page.ids()
    rounds, threads = 32, 4

    def label(reader: int) -> None:
        """Each reader places their own point on every film, again and again, as the others do."""
        seen = {film: page.label(film) for film in films}
        for number, film in product(range(rounds), films):
            answer, status = {"label": seen[film]}, 409
            while status == 409:
                seen[film] = answer["label"]
                points = seen[film]["points"]
                points[reader % 3] = {"x": float(number), "y": float(reader)}
                answer, status = put(page, film, points, seen[film]["revision"], f"r{reader}", str(number))
            assert status == 200
            seen[film] = answer

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(label, range(threads)))
    later = again(workspace)
    for film in later.films:
        steps = later.store.label(film).history
        assert [step.revision for step in steps] == list(range(1, rounds * threads + 1))
        for reader in range(threads):
            own = [step.action for step in steps if step.reader == f"r{reader}"]
            assert own == [str(number) for number in range(rounds)]
    later.close()


def put(page, film: str, points: Any, revision: int, reader: str, action: str) -> tuple[Any, int]:
    states = ["placed" if point else "unset" for point in points]
    body = {"revision": revision, "points": points, "states": states, "reader": reader, "action": action}
    body |= {"landmarks": ["left top", "right top", "bottom"], "status": "in_progress"}
    answer = page.http.put(f"/api/films/{film}/label", json=body)
    return answer.json(), answer.status_code


def test_two_servers_do_not_share_a_study(workspace, films):
    with pytest.raises(ConfigurationError, match="another labelling works in this folder"):
        Workspace(films, workspace.store.folder, Study(name="a"), "r")
    workspace.close()


def test_a_study_does_not_lie_among_the_films(films):
    with pytest.raises(ConfigurationError, match="lies in the folder of the films"):
        Workspace(films, films / "study", Study(name="a"), "r")
    assert not (films / "study").exists()


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("copy.json", {}, "is a label of '1.png', whose own is"),
        (f"{FILM}.json", {"film": "2.png"}, "is a label of '2.png', whose own is"),
        (f"{FILM}.json", {"marks": {"bottom": {"state": "seen"}}}, r"marks.bottom.state: should be"),
        (f"{FILM}.json", {"revision": None}, "revision: should be a whole number"),
    ],
)
def test_a_label_file_that_cannot_be_is_named_at_the_start(page, workspace, name, change, sentence):
    page.put(FILM, POINTS)
    labels = workspace.store.folder / LABELS
    content = json.loads((labels / f"{FILM}.json").read_text())
    (labels / name).write_text(json.dumps(content | change))
    with pytest.raises(DatasetError, match=sentence):
        again(workspace)
    assert (labels / name).is_file()
