# SPDX-License-Identifier: Apache-2.0
"""The real MONAI Label in front of a study, and its own client: the loop, and nothing lost whatever happens."""

from __future__ import annotations

import json
import signal
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bundle.label.film_list import film_id
from bundle.outputs.slicer_markups import ListedPoint, point_list
from label_page import NAMES, write_film
from label_server import Server, until

pytestmark = pytest.mark.monailabel


class Client:
    """MONAI Label's client of a server.

    Args:
        server: The server.
        films: Its films.
    """

    def __init__(self, server: Server, films: Path) -> None:
        from monailabel.client import MONAILabelClient

        self.server, self.films = server, films
        self.http = server.page.http
        self.http.headers.pop("Content-Type")
        self.api = MONAILabelClient(server.address, client_id="Ann")

    def save(self, number: int, points: np.ndarray, **params: Any) -> Any:
        """Save points as the label of a film."""
        listed = [ListedPoint(name, point) for name, point in zip(NAMES, points, strict=True)]
        with tempfile.NamedTemporaryFile("w", suffix=".mrk.json") as file:
            json.dump(point_list(self.films / f"{number}.png", listed), file)
            file.flush()
            return self.api.save_label(film_id(f"{number}.png"), file.name, params=params)


@pytest.fixture
def started(films: Path) -> Iterator[Callable[[], Client]]:
    servers: list[Server] = []

    def start() -> Client:
        servers.append(Server(films, "--engine", "monailabel"))
        return Client(servers[-1], films)

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.end(signal.SIGTERM)


@pytest.fixture
def truth(films: Path) -> dict[int, np.ndarray]:
    return {number: write_film(films.parent / "again" / f"{number}.png", number) for number in range(8)}


def trained(client: Client) -> Any:
    until(lambda: not client.api.train_status(check_if_running=True))
    return client.api.train_status()


def test_the_loop_through_its_client_with_a_server_killed(films: Path, started, truth):
    client = started()
    study = films.with_name("films-study")
    assert client.http.get("/").text.startswith("<!doctype html>")
    client.http.put("/api/study", json={"revision": 1, "landmarks": NAMES})
    info = client.api.info()
    assert (info["labels"], info["models"], info["datastore"]["total"]) == (list(NAMES), {}, 8)
    sample = client.api.next_sample("next", {})
    assert film_id(Path(sample["path"]).name) == sample["id"]
    for number in range(4):
        client.save(number, truth[number])
    assert client.api.next_sample("next", {})["id"] in {film_id(f"{number}.png") for number in range(4, 8)}
    shown = client.server.page.label(film_id("1.png"))
    np.testing.assert_allclose([[p["x"], p["y"]] for p in shown["points"]], truth[1], atol=1e-3)
    assert (shown["status"], shown["reader"]) == ("labelled", "Ann")
    kept = client.api.download_label(film_id("1.png"), "final")
    assert len(json.loads(Path(kept).read_text())["markups"][0]["controlPoints"]) == 3
    refused = client.http.post("/train/landmarks", json={"max_epochs": 1})
    assert (refused.status_code, "max_epochs" in refused.json()["error"]) == (409, True)

    assert client.api.train_start("landmarks", {})["status"] == "RUNNING"
    until((study / "rounds" / "001" / "run" / "stage1" / "last.pt").is_file)
    client.server.end(signal.SIGKILL)
    client = started()
    assert client.api.info()["datastore"]["completed"] == 4
    assert trained(client)["status"] == "DONE"
    first = client.api.info()["models"]["landmarks"]["model"]

    film = film_id("7.png")
    file, params = client.api.infer("landmarks", film, {})
    positions = [each["position"][:2] for each in json.loads(Path(file).read_text())["markups"][0]["controlPoints"]]
    points = [[point["x"], point["y"]] for point in params["points"]]
    np.testing.assert_allclose(positions, points, atol=1e-3)
    assert np.linalg.norm(np.array(points) - truth[7], axis=1).mean() < 20, "the model looks at the film"
    body = {"data": {"params": "{}"}, "params": {"image": film}}
    assert client.http.post("/infer/landmarks", params={"image": film, "output": "json"}, data={}).json() == params
    assert client.http.post("/infer/landmarks", **body).headers["content-type"].startswith("multipart/form-data")
    scores = client.http.post("/scoring/expected_error", params={"run_sync": True}).json()["result"]
    assert scores.keys() == {film_id(f"{number}.png") for number in range(4, 8)}
    assert all(each["expected_error"] > 0 for each in scores.values())
    looked = client.http.post("/batch/infer/landmarks", params={"run_sync": True}).json()
    assert (looked["status"], len(looked["result"])) == ("DONE", 8)

    client.save(7, truth[7])
    client.api.train_start("landmarks", {})
    assert client.api.train_stop()["status"] == "STOPPED"
    assert client.api.info()["models"]["landmarks"]["model"] == first, "a training that was ended changes nothing"
    client.api.train_start("landmarks", {})
    assert trained(client)["status"] == "DONE"
    assert client.api.info()["models"]["landmarks"]["model"]["round"] == 2
    assert client.api.infer("landmarks", film, {})[1]["model"] != params["model"]
    assert not list(films.glob("**/*.json")), "the folder of films is never written to"


def test_a_thousand_labels_while_scores_are_written(films: Path, started, truth):
    client = started()
    client.http.put("/api/study", json={"revision": 1, "landmarks": NAMES})
    for number in (0, 1):
        client.save(number, truth[number])
    client.api.train_start("landmarks", {})
    assert trained(client)["status"] == "DONE"
    proposals = films.with_name("films-study") / "proposals"

    def save(number: int) -> None:
        for step in range(250):
            client.save(number, truth[number] + step / 250)

    with ThreadPoolExecutor(5) as pool:
        labelling = [pool.submit(save, number) for number in (4, 5, 6, 7)]
        while not all(each.done() for each in labelling):
            answer = client.http.post("/scoring/expected_error", params={"run_sync": True})
            assert answer.status_code == 200
            assert client.http.post("/activelearning/next").status_code == 200
        for each in labelling:
            each.result()
    assert len(list(proposals.glob("*.json"))) >= 2
    for number in (4, 5, 6, 7):
        label = client.server.page.label(film_id(f"{number}.png"))
        assert label["revision"] == 250
        np.testing.assert_allclose([[p["x"], p["y"]] for p in label["points"]], truth[number] + 249 / 250, atol=1e-3)


@pytest.mark.parametrize("image", ["", ".", "/etc/hostname", "nothing", "1", "1.png"])
def test_what_is_no_id_is_no_film(started, films: Path, truth, image: str):
    client = started()
    for answer in (
        client.http.post("/infer/landmarks", params={"image": image}, data={"params": "{}"}),
        client.http.get("/datastore/image", params={"image": image}),
        client.http.put("/datastore/label", params={"image": image}, files={"label": b"{}"}),
    ):
        assert (answer.status_code, "there is no film" in answer.json()["error"]) == (404, True)


def test_bad_input_is_refused_in_a_sentence_and_leaves_nothing(started, films: Path, tmp_path: Path):
    client = started()
    client.http.put("/api/study", json={"revision": 1, "landmarks": NAMES})
    film, empty = film_id("1.png"), b'{"markups": [{"type": "Fiducial", "controlPoints": []}]}'
    before = set(Path(tempfile.gettempdir()).glob("*.mrk.json"))
    for path, sent, status in (
        (f"/datastore/label?image={film}", {"files": {"label": ("l.mrk.json", empty)}}, 422),
        (f"/datastore/label?image={film}", {"files": {"label": ("l.mrk.json", b"")}}, 422),
        (f"/datastore/label?image={film}&tag=original", {"files": {"label": ("l.mrk.json", empty)}}, 422),
        ("/datastore/image", {"files": {"file": ("n.png", b"x")}}, 409),
    ):
        answer = client.http.put(path, **sent)
        assert (answer.status_code, len(answer.json()["error"]) > 20) == (status, True), answer.text
    for path, sent, status in (
        (f"/infer/landmarks?image={film}", {"files": {"file": ("n.mrk.json", b"x")}}, 409),
        (f"/infer/landmarks?image={film}", {"data": {"params": "{"}}, 422),
        (f"/infer/landmarks?image={film}", {"data": {"params": "{}"}}, 409),
        (f"/infer/none?image={film}", {"data": {"params": "{}"}}, 404),
        ("/activelearning/none", {}, 404),
        ("/scoring/none", {}, 404),
        ("/batch/infer/none", {}, 404),
        ("/train/landmarks", {"json": {}}, 409),
    ):
        answer = client.http.post(path, **sent)
        assert (answer.status_code, len(answer.json()["error"]) > 20) == (status, True), answer.text
    assert set(Path(tempfile.gettempdir()).glob("*.mrk.json")) == before
    assert client.server.page.label(film)["revision"] == 0


def test_this_machine_alone_and_no_page_of_another_site(started):
    client = started()
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        for path in ("/infer/landmarks", "/train/landmarks", "/scoring/expected_error"):
            answer = client.http.post(path, headers=headers)
            assert answer.status_code == 403
            assert "access-control-allow-origin" not in answer.headers
    for path in ("/logs/", "/proxy/dicom/x", "/model/landmarks", "/session/x", "/docs", "/openapi.json"):
        assert client.http.get(path).status_code == 404
