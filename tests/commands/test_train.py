# SPDX-License-Identifier: Apache-2.0
"""The verb `train` on a small data set, with real trainings in processes of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bundle.__main__ import main
from bundle.commands.train import closing_lines
from bundle.comparison import runner
from bundle.comparison.one_model import Outcome
from bundle.comparison.progress import Progress
from bundle.dataset.description import read_dataset, write_dataset
from bundle.engines.weights import read_card

SMALL = {"image_size": 32, "batch_size": 4, "hidden_features": 8, "epoch_length": 2, "max_epochs": 10}
SMALL |= {"val_interval": 1, "converged_below": 1000, "ratio": 1, "validate#handlers": []}


def words(dataset: Path, out: Path, *more: str, **settings: object) -> list[str]:
    given = [f"--{name}={value}" for name, value in {**SMALL, **settings}.items()]
    return ["train", str(dataset), "--out", str(out), "--device", "cpu", *more, "--", *given]


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(runner, "SECONDS_BETWEEN_LOOKS", 0.05)


def test_a_killed_training_goes_on_when_it_is_typed_again(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    described = read_dataset(dataset)
    write_dataset(dataset, replace(described, training=described.training[:1], validation=described.training[1:]))
    out = tmp_path / "run"
    typed = words(dataset, out, "--shots", "1", "--method", "dag")

    def kill_in_training(_progress: Progress, _running: object) -> None:
        if (out / "stage1" / "last.pt").exists():
            os.kill(os.getpid(), 15)

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "tick", kill_in_training)
        assert main(typed) == 130
    assert capsys.readouterr().err == "interrupted\n"
    assert not (out / "model.pt").exists()

    assert main(typed) == 0
    printed = capsys.readouterr().out
    assert "resuming: DAG, 1 labelled film, draw 0" in printed
    assert [line.split(" --")[0] for line in printed.splitlines() if line.startswith("$")] == [
        "$ python -m monai.bundle run training",
        "$ python -m monai.bundle run calibrate",
        "$ python -m monai.bundle run evaluate",
    ]
    model, reached, following = printed.splitlines()[-3:]
    assert model == f"model: {out / 'model.pt'}, DAG"
    assert reached.startswith("reached: mean error ") and reached.endswith(f"; look at {out / 'report.html'}")
    assert following.startswith(f"next: python -m bundle predict {out} FILMS --out DIR")
    assert {file.name for file in out.glob("model.*")} == {"model.pt", "model.json", "model.confidence.pt"}
    assert "DAG" in (out / "report.html").read_text()

    before = {file: file.stat().st_mtime_ns for file in (out / "stage1").rglob("*") if file.is_file()}
    assert main(typed) == 0
    assert {file: file.stat().st_mtime_ns for file in before} == before


def test_a_warm_start_from_nothing_is_told_before_any_work(dataset: Path, tmp_path: Path, capsys):
    assert main(words(dataset, tmp_path / "run", "--shots", "4", "--warm_start", str(tmp_path / "typo"))) == 2
    assert "typo holds no stage 1 (stage1/best.pt); give the folder of an earlier train" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_stage_1_alone_begins_with_an_earlier_training(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    earlier, out, small = tmp_path / "earlier", tmp_path / "run", {"window": 32, "widths": [8], "max_epochs": 1}
    assert main(words(dataset, earlier, "--shots", "3", "--method", "dag", "--draw", "1", max_epochs=1)) == 0
    capsys.readouterr()
    typed = words(dataset, out, "--shots", "4", "--method", "windows", "--warm_start", str(earlier), **small)
    assert main(typed) == 0
    stage1, windows, *_ = [line for line in capsys.readouterr().out.splitlines() if line.startswith("$")]
    assert f"--initial_weights {earlier / 'stage1' / 'best.pt'}" in stage1
    assert "--initial_weights" not in windows
    shutil.rmtree(earlier)
    assert main(typed) == 0, "what is trained does not need it any more"
    assert main([word for word in typed if word not in ("--warm_start", str(earlier))]) == 2
    assert "was trained with --warm_start True, now it is False" in capsys.readouterr().err


def test_windows_stand_between_the_stages(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out, small = tmp_path / "run", {"window": 32, "widths": [8], "max_epochs": 4}
    assert main(words(dataset, out, "--shots", "4", "--method", "windows_multi_view", **small)) == 0
    printed = capsys.readouterr().out
    assert {folder.name for folder in out.iterdir() if folder.is_dir()} == {"stage1", "windows", "stage2"}
    assert [line for line in printed.splitlines() if line.startswith("$")][1].count("windows.yaml") == 1
    assert "windows, multi-view" in (out / "report.html").read_text()


def test_a_declined_training_leaves_the_very_model_of_the_one_before(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out, small = tmp_path / "run", {"window": 32, "widths": [8], "max_epochs": 2}
    names = {"stage1": "DAG", "windows": "DAG + windows", "stage2": "Windows, multi-view"}
    typed = words(dataset, out, "--shots", "4", "--method", "windows_multi_view", **small)
    assert main(typed) == 0
    for declined, kept in ((("windows", "stage2"), "stage1"), (("windows",), "stage2"), (("stage2",), "windows")):
        for stage in ("windows", "stage2"):
            verdict = out / stage / "acceptance.json"
            verdict.write_text(json.dumps({**json.loads(verdict.read_text()), "accepted": stage not in declined}))
        assert main(typed) == 0
        assert read_card(out / "model.pt")["name"] == read_card(out / kept / "best.pt")["name"]
        assert (out / "model.pt").read_bytes() == (out / kept / "best.pt").read_bytes()
        said = f"model.pt, {names[kept]}; not accepted: {'; '.join(names[stage] for stage in declined)}"
        assert said in capsys.readouterr().out.splitlines()[-3]


def test_stage_2_follows_stage_1_in_folders_that_say_so(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "run"
    assert main(words(dataset, out, "--shots", "4", "--method", "pseudo_label")) == 0
    printed = capsys.readouterr().out
    assert {folder.name for folder in out.iterdir() if folder.is_dir()} == {"stage1", "stage2"}
    assert "Pseudo label on 4 labelled films, preset cpu" in printed
    assert "not calibrated: that takes five labelled validation films" in printed.splitlines()[-3]
    assert main(words(dataset, out, "--shots", "4", "--method", "pseudo_label", image_size=64)) == 2
    assert "stage1: was trained with image_size 32, now it is 64" in capsys.readouterr().err
    for option, typed in (("--shots", ["--shots", "1"]), ("--draw", ["--shots", "4", "--draw", "1"])):
        assert main(words(dataset, out, *typed, "--method", "pseudo_label")) == 2
        assert f"stage1: was trained with {option} {4 * (option == '--shots')}, now it is 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--shots", "9"], "--shots is 9, and .*dataset.json has 6 labelled films in training"),
        (["--shots", "0"], "--shots is 0, and .*dataset.json has 6 labelled films in training"),
        (["--device", "7"], "there is no device '7'"),
        (["--overlays", "none.json"], "none.json: there is no such config file"),
    ],
)
def test_what_cannot_be_is_said_before_any_training(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], sentence: str
):
    assert main(words(dataset, tmp_path / "run", *more)) == 2
    assert re.search(sentence, capsys.readouterr().err)
    assert not (tmp_path / "run" / "stage1").exists()


def test_without_unlabelled_films_windows_are_trained_alone(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(words(dataset, tmp_path / "run", "--overlays", "none.json")) == 2
    printed = capsys.readouterr().out
    assert "no unlabeled films, so windows alone" in printed
    assert "DAG + windows on 6 labelled films, preset cpu" in printed


def test_the_papers_settings_come_with_its_method(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    asked = words(dataset, tmp_path / "run", "--preset", "paper", "--overlays", "none.json", "--shots", "4")
    assert main(asked) == 2
    assert "Few-shot DAG + JS on 4 labelled films, preset paper" in capsys.readouterr().out
    write_dataset(dataset, replace(read_dataset(dataset), unlabeled=()))
    asked[asked.index("4")] = "6"
    assert main(asked) == 2
    assert "DAG on 6 labelled films, preset paper" in capsys.readouterr().out


def test_from_one_film_matching_teaches_windows(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(words(dataset, tmp_path / "run", "--overlays", "none.json", "--shots", "1")) == 2
    assert "Windows, matching, then multi-view on 1 labelled films, preset cpu" in capsys.readouterr().out


def test_from_one_film_a_warm_up_a_first_and_a_second_round_follow_stage_1(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out, small = tmp_path / "run", {"window": 32, "widths": [8], "unet_widths": [4, 4, 4, 4], "windows": 2, "points": 4}
    assert main(words(dataset, out, "--shots", "1", **small)) == 0
    assert {folder.name for folder in out.iterdir() if folder.is_dir()} == {
        "stage1",
        "warm_up_windows",
        "windows_matching",
        "stage2",
    }
    assert "windows, multi-view" in (out / "report.html").read_text()


def test_without_films_to_judge_by_stage_1_is_trained_alone(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    write_dataset(dataset, replace(read_dataset(dataset), validation=()))
    assert main(words(dataset, tmp_path / "run", "--overlays", "none.json")) == 2
    printed = capsys.readouterr().out
    assert "no labelled validation films, so stage 1 alone" in printed
    assert "DAG on 6 labelled films, preset cpu" in printed


def test_repeated_parts_get_the_graph_that_is_made_of_them(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    described = read_dataset(dataset)
    parts = {f"part {name}": (name,) for name in described.landmarks}
    write_dataset(dataset, replace(described, parts=parts, repeated=True))
    out, small = tmp_path / "run", {"window": 32, "widths": [8], "max_epochs": 2}
    assert main(words(dataset, out, "--shots", "4", **small)) == 0
    assert {folder.name for folder in out.iterdir() if folder.is_dir()} == {"stage1", "parts_confident", "stage2"}
    assert "confident pseudo label" in (out / "report.html").read_text()


def test_the_last_lines_say_what_was_not_reached():
    outcome = Outcome(Path("run/model.pt"), "DAG", (), False, False, None, None)
    model, reached, _ = closing_lines(Path("run"), outcome)
    assert "stage 1 did NOT converge" in model
    assert reached == "reached: unknown, there are no labelled test films"
    model, *_ = closing_lines(Path("run"), replace(outcome, converged=True, declined=("Windows",), calibrated=True))
    assert model == "model: run/model.pt, DAG; not accepted: Windows"
