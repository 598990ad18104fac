# SPDX-License-Identifier: Apache-2.0
"""The loop as a person goes through it, with a server and trainings in processes of their own: nothing is ever lost."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bundle.label.film_list import film_id
from label_page import NAMES, Page, write_film
from label_server import Server, until


@pytest.fixture
def started(films: Path) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start() -> Server:
        servers.append(Server(films))
        return servers[-1]

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.end(signal.SIGTERM)


def label(page: Page, films: Path, *numbers: int) -> dict[int, np.ndarray]:
    """Label films with their true points, which the seed of each gives again."""
    truth = {number: write_film(films.parent / "again" / f"{number}.png", number) for number in numbers}
    for number, points in truth.items():
        answer = page.put(film_id(f"{number}.png"), points.tolist(), status="labelled")
        assert answer.status_code == 200, answer.text
    return truth


def test_label_train_be_killed_go_on_and_correct(films: Path, started: Callable[..., Server]):
    study = films.with_name("films-study")
    server = started()
    page = server.page
    assert page.http.put("/api/study", json={"revision": 1, "landmarks": NAMES}).status_code == 200
    assert page.http.post("/api/train").status_code == 409
    assert page.http.post(f"/api/films/{film_id('7.png')}/proposal").status_code == 409
    label(page, films, 0, 1, 2, 3)
    state = page.http.post("/api/train").json()
    assert (state["state"], state["round"]) == ("running", 1)
    assert page.http.post("/api/train").status_code == 409

    run = study / "rounds" / "001" / "run"
    until((run / "stage1" / "last.pt").is_file)
    server.end(signal.SIGKILL)
    again = started()
    page = again.page
    assert page.get("/api/films")["counts"]["labelled"] == 4
    assert page.get("/api/train")["state"] in ("running", "done")

    def ended() -> dict[str, Any] | None:
        state = page.get("/api/train")
        assert state["state"] in ("running", "done"), state
        return state if state["state"] == "done" else None

    state = until(ended)
    assert state["validation_error"] is None, "four labels have no validation film"
    assert (run / "windows" / "trained.json").is_file()
    model = page.get("/api/study")["model"]
    assert (model["round"], model["landmarks"], model["calibrated"]) == (1, list(NAMES), False)

    proposal = page.http.post(f"/api/films/{film_id('7.png')}/proposal").json()
    truth = write_film(films.parent / "again" / "7.png", 7)
    found = np.array([[point["x"], point["y"]] for point in proposal["points"]])
    assert np.linalg.norm(found - truth, axis=1).mean() < 20, "the model looks at the film"
    assert (proposal["expected_error"], proposal["confidence"], proposal["decision"]) == (None, None, None)
    until(lambda: page.get("/api/films")["counts"]["proposed"] == 4)
    listed = page.get("/api/films", order="error")["films"]
    assert [film["status"] for film in listed[:4]] == ["proposed"] * 4

    label(page, films, 7)
    (first,) = page.get("/api/curve")
    assert first["labelled"] == 4
    assert first["correction_error"] == pytest.approx(np.linalg.norm(found - truth, axis=1).mean(), abs=0.01)
    again.end(signal.SIGTERM)
    assert again.process.returncode == 0
    assert not list(films.glob("**/*.json")), "the folder of films is never written to"
