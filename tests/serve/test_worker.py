# SPDX-License-Identifier: Apache-2.0
"""The worker with a folder on either side: half-written files, films that end it, films that nobody can work on."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from archives import Worker, films, wait_for
from bundle.predictor import Predictor


@pytest.fixture
def node(worker: Callable[..., Worker], incoming: Path, tmp_path: Path) -> Worker:
    """A worker that writes JSON."""
    folders = {"films": str(incoming), "results": str(tmp_path / "out"), "settle_seconds": 0.3}
    return worker(folder=folders, outputs=["json"], limits={"tries": 2, "retry_seconds": 0.01})


def write(incoming: Path, number: int = 3) -> list[str]:
    names = [f"{index}.dcm" for index in range(number)]
    for name, film in zip(names, films(number), strict=True):
        film.save_as(incoming / name, enforce_file_format=True)
    return names


def outcomes(tmp_path: Path) -> dict[str, str]:
    """Reasons by film; empty for one with results."""
    out = tmp_path / "out"
    reasons = {file.name.removesuffix(".reason.json"): file for file in out.glob("*.reason.json")}
    answered = {file.name.removesuffix(".json"): "" for file in out.glob("*.json") if ".reason" not in file.name}
    assert not answered.keys() & reasons.keys()
    return answered | {name: json.loads(file.read_text())["reason"] for name, file in reasons.items()}


def test_a_file_that_is_being_written_is_waited_for(node: Worker, incoming: Path, tmp_path: Path):
    names = write(incoming)
    content = (incoming / "2.dcm").read_bytes()
    (incoming / "2.dcm").unlink()
    (incoming / "notes.txt").write_text("no film")

    def copy_slowly() -> None:
        with (incoming / "2.dcm").open("wb") as stream:
            for begin in range(0, len(content), len(content) // 8):
                stream.write(content[begin : begin + len(content) // 8])
                stream.flush()
                time.sleep(0.1)

    copying = threading.Thread(target=copy_slowly)
    copying.start()
    assert node.once() == 0
    copying.join()
    assert outcomes(tmp_path) == dict.fromkeys(names, "")


def test_a_file_that_is_copied_again_is_answered_again(node: Worker, incoming: Path, tmp_path: Path):
    write(incoming, 1)
    content = (incoming / "0.dcm").read_bytes()
    (incoming / "0.dcm").write_bytes(content[:3000])
    assert node.once() == 0
    assert outcomes(tmp_path)["0.dcm"] != ""
    (incoming / "0.dcm").write_bytes(content)
    assert node.once() == 0
    assert outcomes(tmp_path) == {"0.dcm": ""}
    assert node.once() == 0
    assert [line["event"] for line in node.audit()] == ["refused", "delivered", "answered", "delivered"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, RuntimeError])
def test_a_film_that_ends_the_worker_is_given_up_and_costs_no_other(
    node: Worker, incoming: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
):
    names = write(incoming)
    results = Predictor.results

    def poisoned(self: Predictor, items: Sequence[Mapping[str, Any]]) -> list:
        if any(item["name"] == "1.dcm" for item in items):
            raise kind("Doe^Jane")
        return results(self, items)

    monkeypatch.setattr(Predictor, "results", poisoned)
    codes = [node.once()]
    while codes[-1] == 130:
        codes.append(node.once())
    assert codes == ([130, 130, 0] if kind is KeyboardInterrupt else [0])
    found = outcomes(tmp_path)
    assert found.keys() == set(names)
    assert [name for name, reason in found.items() if reason] == ["1.dcm"]
    assert "given up after 2 tries" in found["1.dcm"] and "--retry" in found["1.dcm"]
    assert "Doe" not in node.said() + found["1.dcm"]
    monkeypatch.undo()
    assert node.once("--retry") == 0
    assert outcomes(tmp_path) == dict.fromkeys(names, "")


def test_a_disk_without_room_stops_the_work_and_loses_nothing(node: Worker, incoming: Path, tmp_path: Path):
    names = write(incoming)
    node.node["limits"]["free_gigabytes"] = 1e9
    assert node.once() == 1
    assert "free space there" in node.said()
    node.node["limits"]["free_gigabytes"] = 0
    assert node.once() == 0
    assert outcomes(tmp_path) == dict.fromkeys(names, "")


def test_results_that_cannot_be_written_wait(node: Worker, incoming: Path, tmp_path: Path):
    names = write(incoming)
    out = tmp_path / "out"
    out.mkdir()
    (out / "1.dcm.json").mkdir()
    assert node.once() == 1
    (out / "1.dcm.json").rmdir()
    assert node.once() == 0
    assert outcomes(tmp_path) == dict.fromkeys(names, "")


def test_it_speaks_of_the_folder_that_it_has(node: Worker, incoming: Path, tmp_path: Path):
    away = tmp_path / "away"
    node.start()
    wait_for(lambda: "folder: all is well" in node.said(), what="the start")
    incoming.rename(away)
    problem = f"{incoming}: the folder cannot be opened (No such file or directory); give the right to read it"
    wait_for(lambda: f"folder: {problem}" in node.said(), what="the warning")
    assert node.get("/ready").json()["problems"] == {"folder": problem}
    assert 'landmark_problem{what="folder"} 1.0' in node.get("/metrics").text
    away.rename(incoming)
    wait_for(lambda: node.said().count("folder: all is well") == 2, what="the end of it")
    assert node.stop() == 0
    assert "orthanc" not in node.said().lower()


def test_one_worker_a_state_folder(node: Worker, incoming: Path):
    node.start()
    wait_for((node.state / "ledger.sqlite").exists, what="the start")
    assert node.once() == 2
    assert "another worker" in node.said()
    os.kill(node.process.pid, 15)
    assert node.process.wait(60) == 0
