# SPDX-License-Identifier: Apache-2.0
"""A task of mercure: a folder of films that the module answers as mercure expects, whatever the films are like."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset, dcmread, uid

from archives import REPOSITORY, films
from bundle.__main__ import main
from bundle.predictor import Predictor

SHIPPED = REPOSITORY / "deploy" / "mercure"


class Task:
    """A task of mercure: its folders, and its films as mercure names them."""

    def __init__(self, folder: Path, settings: dict[str, Any], made: Sequence[Dataset]) -> None:
        self.films, self.out = folder / "in", folder / "out"
        for each in (self.films, self.out):
            each.mkdir(parents=True)
        self.names = [f"{film.SeriesInstanceUID}#{film.SOPInstanceUID}.dcm" for film in made]
        for name, film in zip(self.names, made, strict=True):
            film.save_as(self.films / name, enforce_file_format=True)
        task = {"id": "7", "info": {"patient_name": "Doe^Jane"}, "process": {"settings": settings}}
        (self.films / "task.json").write_text(json.dumps(task))

    def cut(self, index: int, size: int) -> None:
        file = self.films / self.names[index]
        file.write_bytes(file.read_bytes()[:size])

    def records(self) -> dict[str, dict[str, Any]]:
        found = json.loads((self.out / "result.json").read_text())["films"]
        return {record["film"]: record for record in found}

    def results(self) -> list[Dataset]:
        """DICOM results, each of which mercure finds under its own UIDs."""
        found = [dcmread(file) for file in sorted(self.out.glob("*.dcm"))]
        names = sorted(f"{each.SeriesInstanceUID}#{each.SOPInstanceUID}.dcm" for each in found)
        assert names == sorted(file.name for file in self.out.glob("*.dcm"))
        return found


@pytest.fixture
def settings(model: dict[str, str]) -> dict[str, Any]:
    return {"models": {"pelvis": model}, "rules": [{"model": "pelvis", "body_part": "pelvis"}]}


@pytest.fixture
def task(tmp_path: Path, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Task]:
    """Make a task of mercure: `task(number, settings=...)`."""

    def make(number: int = 4, **changed: Any) -> Task:
        made = Task(tmp_path / "task", settings | changed, films(number))
        monkeypatch.setenv("MERCURE_IN_DIR", str(made.films))
        monkeypatch.setenv("MERCURE_OUT_DIR", str(made.out))
        return made

    return make


def test_a_damaged_film_is_told_and_costs_no_other_its_report(
    task: Callable[..., Task], capfd: pytest.CaptureFixture[str]
):
    made = task(4)
    made.cut(1, 3000)
    made.cut(2, 60)
    assert main(["serve", "--mercure"]) == 0
    records = made.records()
    assert [records[name]["outcome"] for name in made.names] == ["answered", "refused", "refused", "answered"]
    results = made.results()
    reports = {each.SOPInstanceUID: each for each in results}
    assert [each.SOPClassUID for each in results].count(uid.Comprehensive3DSRStorage) == 2
    (told,) = (each for each in results if each.SOPClassUID == uid.BasicTextSRStorage)
    assert (told.PatientID, told.StudyInstanceUID) == ("P0", films(2)[1].StudyInstanceUID)
    assert records[made.names[1]]["reason"] in {item.get("TextValue") for item in told.ContentSequence}
    for name in made.names:
        for file in records[name].get("results", []):
            assert Path(file).stem.split("#")[1] in reports
    said = "".join(capfd.readouterr()) + (made.out / "result.json").read_text()
    assert "2 answered, 2 refused, 0 left alone" in said
    assert "Doe" not in said and "MRN" not in said


def test_what_the_network_ends_by_is_told_of_that_film_alone(
    task: Callable[..., Task], monkeypatch: pytest.MonkeyPatch
):
    made = task(3)
    results = Predictor.results

    def poisoned(self: Predictor, items: Sequence[Mapping[str, Any]]) -> list:
        if any(item["name"] == made.names[1] for item in items):
            raise RuntimeError("Doe^Jane")
        return results(self, items)

    monkeypatch.setattr(Predictor, "results", poisoned)
    assert main(["serve", "--mercure"]) == 0
    outcomes = {name: record["outcome"] for name, record in made.records().items()}
    assert outcomes == dict(zip(made.names, ["answered", "refused", "answered"], strict=True))
    assert "RuntimeError" in made.records()[made.names[1]]["reason"]
    assert "Doe" not in (made.out / "result.json").read_text()


def test_what_is_not_for_the_module_is_left_alone(task: Callable[..., Task], settings: dict[str, Any]):
    made = task(2, outputs=["dicom_sr", "dicom_gsps", "json"])
    other = dcmread(made.films / made.names[1])
    other.BodyPartExamined = "HAND"
    other.save_as(made.films / made.names[1])
    ct = dcmread(made.films / made.names[0])
    ct.SOPClassUID = ct.file_meta.MediaStorageSOPClassUID = uid.CTImageStorage
    ct.save_as(made.films / "1#2.dcm")
    assert main(["serve", "--mercure"]) == 0
    records = made.records()
    assert records["1#2.dcm"]["outcome"] == records[made.names[1]]["outcome"] == "left_alone"
    assert len(made.results()) == 2
    assert (made.out / f"{made.names[0]}.json").is_file()


def test_a_task_without_films_is_done(task: Callable[..., Task]):
    made = task(0)
    assert main(["serve", "--mercure"]) == 0
    assert made.records() == {} and made.results() == []


def test_a_repeat_sends_the_same_objects(task: Callable[..., Task]):
    made = task(2)
    made.cut(1, 3000)
    assert main(["serve", "--mercure"]) == 0
    names = sorted(file.name for file in made.out.iterdir())
    assert main(["serve", "--mercure"]) == 0
    assert sorted(file.name for file in made.out.iterdir()) == names


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"outputs": ["csv"]}, "outputs: csv"),
        ({"output": ["json"]}, "output: there is no such field"),
        ({"rules": []}, "rules: "),
        ({"models": {"pelvis": {"weights": "/nowhere", "sha256": "0"}}}, "/nowhere"),
    ],
)
def test_settings_that_cannot_be_used_are_told_before_any_film(
    task: Callable[..., Task], changed: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
):
    made = task(1, **changed)
    assert main(["serve", "--mercure"]) == 2
    told = capsys.readouterr().err
    assert "task.json" in told and said in told
    assert list(made.out.iterdir()) == []


def test_a_disk_without_room_is_no_films_fault(
    task: Callable[..., Task],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    made = task(1)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    assert main(["serve", "--mercure"]) == 2
    assert "gone: cannot be used" in capsys.readouterr().err
    assert not (made.out / "result.json").exists()


@pytest.mark.parametrize("content", [None, "{", "[]", "{}", '{"process": {"settings": 3}}'])
def test_a_task_that_mercure_did_not_write_is_told(
    task: Callable[..., Task], content: str | None, capsys: pytest.CaptureFixture[str]
):
    made = task(1)
    (made.films / "task.json").unlink()
    if content is not None:
        (made.films / "task.json").write_text(content)
    assert main(["serve", "--mercure"]) == 2
    assert "task.json" in capsys.readouterr().err


def test_without_mercure_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.delenv("MERCURE_IN_DIR", raising=False)
    assert main(["serve", "--mercure"]) == 2
    assert "MERCURE_IN_DIR" in capsys.readouterr().err


def test_the_shipped_settings_need_only_weights_and_hash(task: Callable[..., Task], model: dict[str, str]):
    shipped = json.loads((SHIPPED / "settings.json").read_text())
    made = task(1, **{**shipped, "models": {"pelvis": model}})
    assert main(["serve", "--mercure"]) == 0
    assert len(made.results()) == 2
