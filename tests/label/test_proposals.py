# SPDX-License-Identifier: Apache-2.0
"""What a model proposes: kept apart from labels, by the names of today, and the model replaced whole or not at all."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from bundle import load_predictor
from bundle.confidence.estimator import ConfidenceEstimator, save_estimator
from bundle.engines.weights import read_weights, save_weights
from bundle.errors import CheckpointError
from bundle.label.film_list import film_id
from bundle.label.model_in_use import MODEL
from bundle.label.proposal import PROPOSALS
from bundle.label.rounds import Round
from bundle.label.study import Study
from bundle.label.training import Training
from bundle.label.workspace import Workspace
from label_page import NAMES, Page

FILM = film_id("1.png")
Open = Callable[..., Workspace]


@pytest.fixture
def opened(films: Path, tmp_path: Path) -> Open:
    """Open a workspace of the films: `opened(model=..., landmarks=...)`."""

    def open_(landmarks: tuple[str, ...] = NAMES, **more: Any) -> Workspace:
        return Workspace(films, tmp_path / "study", Study(name="triangles", landmarks=landmarks), **more)

    return open_


@pytest.fixture
def calibrated(stage1: Path) -> Path:
    """The model of `stage1`, calibrated: an error of 0.1 sides of the image is expected of every landmark."""
    network = load_predictor(stage1).network
    estimator = ConfidenceEstimator(network, torch.zeros(0, 5), torch.zeros(len(NAMES), 1))
    estimator.weights[0] = 0.1
    estimator.error_limit.fill_(0.05)
    estimator.unlikeness_limit.fill_(2.0)
    save_estimator(estimator, stage1 / "best.pt")
    return stage1


def ask(page: Page, film: str = FILM) -> dict[str, Any]:
    answer = page.http.post(f"/api/films/{film}/proposal")
    assert answer.status_code == 200, answer.text
    return answer.json()


def until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_proposal_is_what_the_model_says_and_no_label(opened: Open, serve, stage1, films):
    workspace = opened(model=stage1)
    page = serve(workspace)
    proposal = ask(page)
    found = load_predictor(stage1)(films / "1.png").landmarks
    np.testing.assert_allclose([[point["x"], point["y"]] for point in proposal["points"]], found, atol=1e-3)
    assert (proposal["expected_error"], proposal["confidence"]) == (None, None)
    details = page.get(f"/api/films/{FILM}")
    assert details["proposal"] == proposal
    assert (details["label"]["revision"], details["label"]["points"]) == (0, [None] * 3)
    file = workspace.store.folder / PROPOSALS / f"{FILM}.json"
    made = file.stat().st_mtime_ns
    assert ask(page) == proposal and file.stat().st_mtime_ns == made, "it is asked once"
    assert not (workspace.store.folder / "labels" / f"{FILM}.json").exists()


def test_all_films_are_looked_at_and_ranked_without_calibration(opened: Open, serve, stage1, films):
    (films / "none.png").write_text("no film")
    workspace = opened(model=stage1)
    page = serve(workspace)
    page.put(film_id("2.png"), [[1, 1], None, None])
    until(lambda: page.get("/api/films")["counts"]["proposed"] >= 7)
    listed = page.get("/api/films", order="error")["films"]
    doubts = [workspace.proposer.known(workspace.films.find(film["id"])) for film in listed]
    spreads = [proposal.mean_expected for proposal in doubts if proposal]
    assert spreads == sorted(spreads, reverse=True) and spreads[0] > spreads[-1] > 0
    assert {film["expected_error"] for film in listed} == {None}, "a spread is no error"
    assert page.http.post(f"/api/films/{film_id('none.png')}/proposal").status_code == 422


def test_a_calibrated_model_says_what_to_expect(opened: Open, serve, calibrated, films, tmp_path):
    page = serve(opened(model=calibrated))
    proposal = ask(page)
    assert proposal["expected_error"] == pytest.approx([6.3] * 3, abs=0.2)  # a tenth of 64 pixels
    assert proposal["expected_error_mm"] is None, "nothing says how large a pixel is"
    assert proposal["confidence"] == pytest.approx([1 / 3] * 3, abs=0.01)
    assert proposal["decision"] == "review" and "expected mean error" in proposal["reasons"][0]
    (listed,) = page.get("/api/films", offset=1, limit=1)["films"]
    assert (listed["unit"], listed["expected_error"]) == ("px", pytest.approx(6.3, abs=0.2))
    assert page.get("/api/study")["model"]["calibrated"]


def test_a_proposal_is_turned_as_the_film_is(stage1, tmp_path, serve):
    (tmp_path / "turned").mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.linear_gradient("L").resize((60, 40)).save(tmp_path / "turned" / "a.png", exif=exif)
    page = serve(Workspace(tmp_path / "turned", tmp_path / "study", Study(name="a", landmarks=NAMES), model=stage1))
    (film,) = page.ids()
    proposal = ask(page, film)
    result = load_predictor(stage1)(tmp_path / "turned" / "a.png")
    shown = result.landmarks @ result.upright[:2, :2].T + result.upright[:2, 2]
    np.testing.assert_allclose([[point["x"], point["y"]] for point in proposal["points"]], shown, atol=2e-3)


def test_a_proposal_follows_new_names(opened: Open, serve, stage1):
    page = serve(opened(model=stage1))
    before = ask(page)["points"]
    body = {"revision": 1, "landmarks": ["new", "bottom", "top", "right top"], "renamed": {"left top": "top"}}
    assert page.http.put("/api/study", json=body).status_code == 200
    assert page.get(f"/api/films/{FILM}")["proposal"]["points"] == [None, before[2], before[0], before[1]]
    assert ask(page, film_id("2.png"))["points"][0] is None
    assert page.get("/api/study")["model"]["landmarks"] == ["top", "right top", "bottom"]


def test_without_a_model_nothing_is_proposed(page):
    answer = page.http.post(f"/api/films/{FILM}/proposal")
    assert answer.status_code == 409 and "there is no model yet" in answer.json()["error"]
    assert page.get("/api/study")["model"] is None
    assert page.get(f"/api/films/{FILM}")["proposal"] is None


def test_a_study_without_landmarks_takes_those_of_its_model(opened: Open, stage1):
    workspace = opened(landmarks=(), model=stage1)
    assert workspace.store.study.landmarks == NAMES
    workspace.close()


def test_a_model_of_other_landmarks_is_refused(opened: Open, stage1):
    with pytest.raises(CheckpointError, match="knows none of the landmarks of the study"):
        opened(landmarks=("sella", "nasion"), model=stage1)
    opened(landmarks=("sella", "nasion")).close()


def test_a_model_that_is_gone_is_no_end_of_labelling(opened: Open, serve, stage1, caplog):
    opened(model=stage1).close()
    shutil.rmtree(stage1)
    page = serve(opened())
    assert "nothing is proposed until a model is trained" in caplog.text
    assert page.get("/api/study")["model"] is None
    assert page.put(FILM, [[1, 1], None, None]).status_code == 200


@pytest.mark.parametrize("break_it", [None, Path.unlink, lambda file: file.write_bytes(b"half a file")])
def test_a_model_is_replaced_whole_or_not_at_all(opened: Open, serve, stage1, monkeypatch, break_it):
    workspace = opened(model=stage1)
    page = serve(workspace)
    before = ask(page)["model"]

    def command(_self: Training, _round: Round) -> list[str]:
        run = workspace.store.folder / "rounds" / "001" / "run"
        run.mkdir()
        weights = read_weights(stage1 / "best.pt")
        moved = {
            name: values + 0.01 if values.is_floating_point() else values for name, values in weights.state.items()
        }
        save_weights(run / "model.pt", moved, weights.card)
        if break_it:
            break_it(run / "model.pt")
        return ["true"]

    monkeypatch.setattr(Training, "_command", command)
    for name in ("3.png", "4.png"):
        assert page.put(film_id(name), [[20, 18], [44, 18], [32, 40]], status="labelled").status_code == 200
    page.http.post("/api/train")
    until(lambda: page.get("/api/train")["state"] != "running")
    state, choice = page.get("/api/train"), json.loads((workspace.store.folder / MODEL).read_text())
    if break_it:
        assert (state["state"], choice["run"]) == ("failed", str(stage1))
        assert "model.pt" in state["message"]
        assert ask(page)["model"] == before
    else:
        assert (state["state"], choice["run"]) == ("done", "rounds/001/run")
        assert ask(page)["model"] != before
