# SPDX-License-Identifier: Apache-2.0
"""MONAI Label's tasks, without MONAI Label: one at a time, stopped where they are, and one bad film costs no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from bundle.errors import ConfigurationError, StorageError
from bundle.label.film_list import film_id
from bundle.label.label import LABELLED, Mark, Part
from bundle.label.monailabel.looking import Looking
from bundle.label.monailabel.task_routes import look_routes, train_routes
from bundle.label.study import Study
from bundle.label.training import Training
from bundle.label.workspace import Workspace
from label_page import NAMES
from label_server import until

FILM = film_id("1.png")


@pytest.fixture
def proposing(films: Path, tmp_path: Path, stage1: Path) -> Iterator[Workspace]:
    """A workspace with a model, and a film that cannot be read."""
    (films / "0.png").write_bytes(Image.new("L", (1, 1)).tobytes())
    workspace = Workspace(films, tmp_path / "study", Study(name="t", landmarks=NAMES), model=stage1)
    yield workspace
    workspace.close()


def told(proposal: Any) -> int:
    return len(proposal.points)


def test_one_bad_film_costs_no_other_its_result(proposing: Workspace):
    look = Looking(proposing.proposer, told).start({"name": "x"}, proposing.films, wait=True)
    shown = look.shown()
    assert (shown["status"], shown["details"]) == ("DONE", ["8 of 8 films"])
    assert shown["result"].pop(film_id("0.png")).keys() == {"error"}
    assert set(shown["result"].values()) == {3}
    assert all(proposing.proposer.looked_at(film) for film in proposing.films if film.name != "0.png")


def test_one_look_at_a_time_and_it_stops_where_it_is(proposing: Workspace):
    first, go_on = threading.Event(), threading.Event()

    def slow(_proposal: Any) -> None:
        first.set()
        assert go_on.wait(60)

    looking = Looking(proposing.proposer, slow)
    films = [film for film in proposing.films if film.name != "0.png"]
    look = looking.start({}, films, wait=False)
    assert first.wait(60)
    with pytest.raises(ConfigurationError, match="looked at already"):
        looking.start({}, films, wait=False)
    assert looking.stop() is look
    go_on.set()
    until(lambda: looking.running is None)
    assert (look.status, list(look.result)) == ("STOPPED", [FILM])
    assert looking.stop() is None


def test_a_full_disk_ends_it_with_a_sentence(proposing: Workspace, monkeypatch: pytest.MonkeyPatch):
    def full(_film: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(proposing.proposer, "ask", full)
    shown = Looking(proposing.proposer, told).start({}, proposing.films, wait=True).shown()
    assert (shown["status"], shown["details"]) == ("ERROR", ["0 of 8 films", "the disk is full"])


def test_without_a_model_there_is_nothing_to_look_with(workspace: Workspace):
    with pytest.raises(ConfigurationError, match="there is no model yet"):
        Looking(workspace.proposer, told).start({}, workspace.films, wait=True)
    workspace.close()


def test_a_look_is_told_in_the_words_of_monai_label(proposing: Workspace):
    looking, asked = Looking(proposing.proposer, told), []

    def start(request: dict[str, Any], wait: bool) -> dict[str, Any]:
        asked.append((request, wait))
        return looking.start(request, proposing.films, wait).shown()

    app = FastAPI()
    app.include_router(look_routes(looking, "/batch/infer", start))
    client = TestClient(app)
    assert client.get("/batch/infer/").status_code == 404
    answer = client.post("/batch/infer/landmarks?images=unlabeled&run_sync=true", json={"device": "cuda"})
    assert answer.json()["status"] == "DONE"
    assert asked == [({"name": "landmarks", "images": "unlabeled", "device": "cuda"}, True)]
    assert client.get("/batch/infer/").json() == answer.json()
    assert client.get("/batch/infer/?all=true").json() == [answer.json()]
    assert client.get("/batch/infer/?check_if_running=true").status_code == 404
    assert client.delete("/batch/infer/").json() is None


def test_a_training_is_told_in_the_words_of_monai_label(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Training, "_command", lambda *_: ["sleep", "60"])
    for name in ("1.png", "2.png"):
        film = workspace.films.find(film_id(name))
        workspace.store.change(film, 0, Part(LABELLED, {NAMES[0]: Mark("placed", (20.0, 18.0))}), "Ann", "place")

    def train(request: dict[str, Any]) -> None:
        assert request == {"model": "landmarks", "client_id": "Ann"}
        workspace.training.start()

    app = FastAPI()
    app.include_router(train_routes(workspace, train))
    client: Any = TestClient(app)
    running: Callable[[], int] = lambda: client.get("/train/?check_if_running=true").status_code  # noqa: E731
    assert (client.get("/train/").status_code, running()) == (404, 404)
    started = client.post("/train/landmarks", json={"client_id": "Ann"}).json()
    assert (started["id"], started["status"], running()) == ("1", "RUNNING", 200)
    assert "state: running" in started["details"]
    assert client.delete("/train/").json()["status"] == "STOPPED"
    assert (client.get("/train/").json()["status"], running()) == ("STOPPED", 404)
    assert len(client.get("/train/?all=true").json()) == 1
    workspace.close()
