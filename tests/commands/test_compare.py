# SPDX-License-Identifier: Apache-2.0
"""The verb `compare` on a small data set, with real trainings in processes of their own."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from bundle.__main__ import main
from bundle.comparison import runner
from bundle.comparison.progress import Progress

SMALL = {"image_size": 32, "batch_size": 4, "hidden_features": 8, "epoch_length": 2, "max_epochs": 10}
SMALL |= {"val_interval": 1, "converged_below": 1000, "ratio": 1, "validate#handlers": []}


def words(dataset: Path, out: Path, *more: str, **settings: object) -> list[str]:
    given = [f"--{name}={value}" for name, value in {**SMALL, **settings}.items()]
    start = ["compare", str(dataset), "--out", str(out), "--shots", "4", "--draws", "1"]
    return [*start, "--methods", "pseudo_label", "--devices", "cpu", *more, "--", *given]


def test_a_killed_comparison_continues_to_its_tables(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(runner, "SECONDS_BETWEEN_LOOKS", 0.05)
    out = tmp_path / "out"
    dag = out / "shots4_draw0" / "dag"

    def kill_in_training(_progress: Progress, _running: object) -> None:
        if (dag / "last.pt").exists():
            os.kill(os.getpid(), 15)

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "tick", kill_in_training)
        assert main(words(dataset, out)) == 130
    assert capsys.readouterr().err == "interrupted\n"
    assert not (dag / "trained.json").exists()
    assert main(words(dataset, out, image_size=64)) == 2
    assert "dag: was trained with image_size 32, now it is 64" in capsys.readouterr().err

    assert main(words(dataset, out, "--workers", "2")) == 0
    printed = capsys.readouterr().out
    assert "resuming: DAG, 4 labelled films, draw 0" in printed
    assert printed.splitlines()[-1] == str(out / "index.html")
    assert json.loads((dag / "trained.json").read_text())["resumed"] is True
    assert len((dag / "history.csv").read_text().splitlines()) == 12  # a heading, the mean shape, 10 epochs
    assert (dag / "log.txt").read_text().count("\n$ ") == 3  # cut, resumed, evaluated
    rows = {row["method"]: row for row in csv.DictReader((out / "draws.csv").open())}
    assert list(rows) == ["mean_shape", "dag", "pseudo_label"]
    for name, row in rows.items():
        run = "dag/evaluation_mean_shape" if name == "mean_shape" else f"{name}/evaluation"
        metrics = json.loads((out / "shots4_draw0" / run / "metrics.json").read_text())
        assert float(row["mean_px"]) == metrics["overall"]["mean_px"]
    assert json.loads((dag.parent / "pseudo_label" / "config.json").read_text())["stage1"] == str(dag)

    before = {file: file.stat().st_mtime_ns for file in (out / "shots4_draw0").rglob("*")}
    assert main(words(dataset, out)) == 0
    assert {file: file.stat().st_mtime_ns for file in (out / "shots4_draw0").rglob("*")} == before


def test_a_failed_cell_is_told_at_the_end(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(words(dataset, tmp_path / "out", pretrained_backbone=tmp_path / "none.pth")) == 2
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == str(tmp_path / "out" / "index.html")
    error, dag, *others = printed.err.splitlines()
    assert error == "error: 3 of 3 trainings failed; the same command goes on with what is missing"
    assert "DAG, 4 labelled films, draw 0: " in dag
    assert dag.endswith(f"(log: {tmp_path / 'out' / 'shots4_draw0' / 'dag' / 'log.txt'})")
    assert [line.rpartition(": ")[2] for line in others] == [
        "not begun, since DAG, 4 labelled films, draw 0 failed"
    ] * 2


def test_a_setting_that_cannot_be_is_told_before_the_first_training(dataset: Path, tmp_path: Path, capsys):
    assert main(words(dataset, tmp_path / "out", hidden_features=0.5)) == 2
    assert "--hidden_features: 0.5 is not of type 'integer'; give a whole number" in capsys.readouterr().err
    assert not list((tmp_path / "out").rglob("log.txt"))


def test_the_help_names_the_methods_that_are_always_there(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["compare", "--help"])
    assert "; mean_shape and stage 1, which is dag, or parts where" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--shots", "one"], "--shots is 'one'; give numbers of labelled films, such as 1,5,10"),
        (["--shots", "0,5"], "--shots is '0,5'"),
        (["--shots", "70"], "choose 1 to 6"),
        (["--draws", "0"], "--draws is 0; give at least 1"),
        (["--workers", "0"], "--workers is 0; give at least 1"),
        (["--methods", "magic"], "there is no method 'magic'"),
        (["--devices", "9"], "there is no device '9'"),
        (["--", "image_size", "64"], "after -- stands 'image_size'; give settings as --name value"),
        (["--", "--image_size"], "after -- stands '--image_size'"),
        (["--", "--shots", "5"], "--shots: is set by the comparison itself"),
    ],
)
def test_bad_arguments(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: list, says: str):
    assert main(["compare", str(dataset), "--out", str(tmp_path / "out"), *given]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
