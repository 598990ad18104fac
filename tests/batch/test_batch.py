# SPDX-License-Identifier: Apache-2.0
"""One row a film, however often the program is killed, whatever the films are, and however they are divided."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest

import bundle
from archives import films as dicom_films
from bundle.batch import parts
from bundle.batch.rows import _COLUMNS
from bundle.predictor import Predictor


def table(films: Path, **columns: Sequence[object]) -> pd.DataFrame:
    return pd.DataFrame({"path": sorted(str(file) for file in films.rglob("*.png")), **columns})


def test_killed_in_the_middle_and_gone_on_with(
    films: Path, tmp_path: Path, start: Callable, rows: Callable, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(parts, "MOST_ROWS", 8)
    manifest = tmp_path / "films.csv"
    table(films).to_csv(manifest, index=False)
    kills = 0
    while True:
        before = len(list((tmp_path / "rows").glob("*.parquet")))
        process = start(manifest)
        while process.exitcode is None and len(list((tmp_path / "rows").glob("*.parquet"))) < before + 2:
            time.sleep(0.002)
        if process.exitcode is not None:
            break
        process.kill()
        process.join()
        kills += 1
        assert rows().path.is_unique
    assert process.exitcode == 0
    assert kills >= 2
    found = rows()
    assert sorted(found.path) == sorted(table(films).path)
    assert set(found.status) == {"answered"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_writes_what_it_has(
    films: Path, do: Callable, rows: Callable, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
):
    results = Predictor.results
    calls: list[int] = []

    def stopped(self: Predictor, items):
        calls.append(len(items))
        if len(calls) == 2:
            os.kill(os.getpid(), number)
        return results(self, items)

    monkeypatch.setattr(Predictor, "results", stopped)
    assert do(films) == 130
    assert len(rows()) == 8
    assert do(films) == 0
    assert rows().path.is_unique and len(rows()) == 60 and sum(calls) == 60


def test_a_film_that_kills_every_process_is_given_up(
    films: Path, tmp_path: Path, start: Callable, rows: Callable, monkeypatch: pytest.MonkeyPatch
):
    results = Predictor.results

    def deadly(self: Predictor, items):
        if any(item["name"] == "7.png" for item in items):
            os._exit(9)
        return results(self, items)

    monkeypatch.setattr(Predictor, "results", deadly)
    processes = []
    for _ in range(4):
        processes.append(start(films))
        processes[-1].join()
    assert [process.exitcode for process in processes] == [9, 9, 9, 0]
    found = rows().set_index("path")
    assert len(found) == 60 and found.index.is_unique
    assert list(found.index[found.status == "refused"]) == ["day 1/7.png"]
    assert "killed 3 times" in found.reason["day 1/7.png"]
    assert not list((tmp_path / "rows").glob(".*.json"))


def test_films_that_cannot_be_read_have_a_row_with_the_reason(
    films: Path, tmp_path: Path, do: Callable, rows: Callable, monkeypatch: pytest.MonkeyPatch
):
    (films / "broken.dcm").write_bytes(b"no film")
    (films / "empty").write_bytes(b"")
    (films / "notes.txt").write_text("no film")
    (films / "packed.png.gz").write_bytes(b"x")
    (films / "nowhere").symlink_to("nothing")
    results = Predictor.results

    def poisoned(self: Predictor, items):
        if any(item["name"] == "5.png" for item in items):
            raise RuntimeError("Doe^Jane")
        return results(self, items)

    monkeypatch.setattr(Predictor, "results", poisoned)
    assert do(films) == 0
    found = rows().set_index("path")
    refused = found[found.status == "refused"]
    assert sorted(refused.index) == ["broken.dcm", "day 2/5.png", "empty", "nowhere", "packed.png.gz"]
    assert len(found) == 64 and found.index.is_unique
    assert refused.reason.str.len().min() > 10 and not refused.reason.str.contains("Doe").any()
    assert found.reason[found.status == "answered"].isna().all()


def test_a_network_that_fails_on_every_film_refuses_none(
    films: Path, tmp_path: Path, do: Callable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def broken(self: Predictor, items):
        raise RuntimeError("device")

    monkeypatch.setattr(Predictor, "results", broken)
    assert do(films) == 2
    assert "fails on every film (RuntimeError)" in capsys.readouterr().err
    assert not list((tmp_path / "rows").glob("*.parquet"))


def test_rows_say_what_the_predictor_says(films: Path, run: Path, tmp_path: Path, do: Callable, rows: Callable):
    manifest = tmp_path / "films.parquet"
    listed = table(films).head(5).assign(site=["a", None, "b", "c", "d"], age=[1, 2, 3, 4, 5])
    listed["path"] = [os.path.relpath(path, tmp_path) for path in listed.path]
    listed.to_parquet(manifest)
    assert do(manifest) == 0
    found = rows()
    assert list(found.path) == list(listed.path) and list(found.age) == [1, 2, 3, 4, 5]
    assert list(found.site.fillna("")) == ["a", "", "b", "c", "d"]
    predictor = bundle.load_predictor(run, device="cpu")
    for row in found.itertuples():
        points = [[landmark["x"], landmark["y"]] for landmark in row.landmarks]
        np.testing.assert_allclose(points, predictor(tmp_path / row.path).landmarks, atol=1e-2)
        assert [landmark["name"] for landmark in row.landmarks] == list(predictor.names)
    assert set(found.weights_sha256) == {predictor.weights.sha256}


def test_dicom_films_have_their_uid_and_on_demand_their_report(do: Callable, tmp_path: Path, rows: Callable):
    folder = tmp_path / "study"
    folder.mkdir()
    made = list(dicom_films(3))
    for index, film in enumerate(made):
        film.save_as(folder / f"{index}.dcm", enforce_file_format=True)
    assert do(folder, "--dicom_sr") == 0
    found = rows().set_index("path")
    for index, film in enumerate(made):
        row = found.loc[f"{index}.dcm"]
        assert row.sop_instance_uid == film.SOPInstanceUID
        report = pydicom.dcmread(pydicom.filebase.DicomBytesIO(row.dicom_sr))
        assert report.StudyInstanceUID == film.StudyInstanceUID
        name = str(film.PatientName)
        assert name and name not in json.dumps(row.drop("dicom_sr").to_dict(), default=str)


def test_shards_together_are_all_films_once(films: Path, tmp_path: Path, do: Callable, rows: Callable):
    for number in (1, 2, 3):
        assert do(films, "--shard", f"{number}/3") == 0
    found = rows()
    assert found.path.is_unique and len(found) == 60
    assert len(list((tmp_path / "rows").glob("*.parquet"))) == 3


def test_a_folder_in_other_shards_or_columns_is_told(
    films: Path, tmp_path: Path, do: Callable, capsys: pytest.CaptureFixture[str]
):
    assert do(films, "--shard", "1/3") == 0
    assert do(films) == 2
    assert "in 3 shards, not in 1" in capsys.readouterr().err
    manifest = tmp_path / "films.csv"
    table(films, site=["a"] * 60).to_csv(manifest, index=False)
    assert do(manifest, "--shard", "1/3") == 2
    assert "other columns" in capsys.readouterr().err


def test_another_model_does_all_films_again(films: Path, run: Path, begun: Callable, do: Callable, rows: Callable):
    other = begun("other", noise=0.06)
    for model in (run, other, run):
        assert do(films, model=model) == 0
    found = rows()
    assert len(found) == 120 and not found.duplicated(["path", "weights_sha256"]).any()


def test_the_first_result_comes_before_the_last_film_is_looked_at(
    films: Path, tmp_path: Path, do: Callable, monkeypatch: pytest.MonkeyPatch
):
    import bundle.batch.manifest as manifest

    events: list[str] = []
    judge, results = manifest.judge_film, Predictor.results
    monkeypatch.setattr(manifest, "judge_film", lambda *film: (events.append("looked"), judge(*film))[1])
    monkeypatch.setattr(Predictor, "results", lambda *films: (events.append("answered"), results(*films))[1])
    assert do(films) == 0
    assert events.index("answered") == 4 and events.count("looked") == 60


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "file\nx.png\n", "has no column path, only file"),
        ("a.csv", "path,site\nx.png\n", "line 2 has 1 cells"),
        ("a.csv", "path,site\n,x\n", "row 1 has no path"),
        ("a.csv", "path,status\nx.png,new\n", "column status of their own"),
        ("a.csv", "path\n", "names no film"),
        ("a.csv", b"path\n\xff\n", "no CSV in UTF-8"),
        ("a.parquet", "path\n", "is no Parquet file"),
        ("a.txt", "path\n", "neither a folder nor named .csv or .parquet"),
        (None, None, "no such file or folder"),
    ],
)
def test_a_manifest_that_is_none_is_told_in_one_sentence(
    do: Callable, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str | None, content: str | bytes, words: str
):
    manifest = tmp_path / (name or "none.csv")
    if content is not None:
        manifest.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert do(manifest) == 2
    assert words in capsys.readouterr().err


def test_rows_hold_no_column_of_a_patient():
    assert not [name for name in _COLUMNS.names if "patient" in name.lower() or "study" in name.lower()]


def test_films_of_another_folder_are_not_taken_for_those_that_are_done(
    films: Path, do: Callable, rows: Callable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert do(films / "day 0") == 0
    assert do(films / "day 0") == 0
    assert "0 films answered, 0 refused, 20 had their row before" in capsys.readouterr().out
    assert do(films / "day 1") == 2
    said = capsys.readouterr().err
    assert f"has rows of films below {films / 'day 0'}, and these are below {films / 'day 1'}" in said
    assert len(rows()) == 20
    (tmp_path / "rows" / ".films_below").unlink()
    assert do(films / "day 1") == 0
