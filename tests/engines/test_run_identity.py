# SPDX-License-Identifier: Apache-2.0
"""One folder holds one run: of the same settings and films from its start to its end, one training at a time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from filelock import FileLock
from monai.bundle import ConfigWorkflow
from PIL import Image

from bundle.engines.run_identity import LOCK, MAY_CHANGE
from bundle.engines.weights import read_card, read_checkpoint
from bundle.run_folder import read_history
from run_folders import cause_of, interrupt

Training = Callable[..., ConfigWorkflow]


def refusal(workflow: ConfigWorkflow) -> str:
    with pytest.raises(RuntimeError) as raised:
        workflow.run()
    return cause_of(raised.value)


def edit(dataset: Path, change: Callable[[dict[str, Any]], object]) -> None:
    file = dataset / "dataset.json"
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("name", "value", "then"),
    [
        ("image_size", 64, 32),
        ("draw", 1, 0),
        ("shots", 3, 4),
        ("seed", 7, 0),
        ("amp", True, False),
        ("learning_rate", 0.1, 0.001),
        ("train#optimizer#weight_decay", 0.5, "@weight_decay"),
    ],
)
def test_a_run_is_not_resumed_with_another_setting(
    training: Training, tmp_path: Path, name: str, value: Any, then: Any
):
    training(max_epochs=1).run()
    before = {file.name: file.read_bytes() for file in (tmp_path / "run").iterdir() if file.is_file()}
    said = refusal(training(max_epochs=2, resume=True, **{name: value}))
    assert f"was started with {name} {then}, now it is {value}; give --{name} {then} to go on" in said
    assert {file.name: file.read_bytes() for file in (tmp_path / "run").iterdir() if file.is_file()} == before


def test_a_run_goes_on_elsewhere_with_the_settings_that_may_change(training: Training, dataset: Path, tmp_path: Path):
    training(max_epochs=1).run()
    for name in ("data", "run"):
        shutil.copytree(tmp_path / name, tmp_path / "moved" / name)
    changed = {"max_epochs": 2, "num_workers": 1, "model_file": str(tmp_path / "model.pt"), "resume": True}
    places = {"dataset_dir": str(tmp_path / "moved/data"), "output_dir": str(tmp_path / "moved/run")}
    assert {*changed, *places} <= MAY_CHANGE
    training(**changed, **places).run()
    assert len(read_history(tmp_path / "moved" / "run")) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda document: document["landmarks"].reverse(),
            "started with other landmarks (left top, right top, ",
        ),
        (lambda document: document["validation"].pop(), "films are not those that the run was started with"),
        (lambda document: document["validation"].reverse(), "the validation films are not those"),
        (lambda document: document["validation"][0].update(spacing=[0.4, 0.5]), "the validation films are not those"),
        (lambda document: [film["landmarks"][0].reverse() for film in document["training"]], "the training films are"),
    ],
    ids=["landmarks", "fewer", "another order", "spacing", "moved landmarks"],
)
def test_a_run_is_not_resumed_on_other_films(training: Training, dataset: Path, change: Any, words: str):
    training(max_epochs=1).run()
    edit(dataset, change)
    assert words in refusal(training(max_epochs=2, shots=4, resume=True))


def test_stage_two_is_not_resumed_with_its_pool_in_another_order(few_shot: Training, dataset: Path):
    for name in ("a.png", "b.png"):
        Image.linear_gradient("L").resize((64, 56)).rotate(ord(name[0])).save(dataset / name)
    edit(dataset, lambda document: document.update(unlabeled=[{"image": "a.png"}, {"image": "b.png"}]))
    few_shot("temporal_ensemble", max_epochs=1).run()
    edit(dataset, lambda document: document["unlabeled"].reverse())
    assert "the unlabelled films are not those" in refusal(few_shot("temporal_ensemble", max_epochs=2, resume=True))


def test_stage_two_is_not_resumed_with_another_warm_up(few_shot: Training, warm_up: Path, begun: Any, tmp_path: Path):
    few_shot("recommended", max_epochs=1).run()
    assert (
        read_card(tmp_path / "few_shot" / "best.pt")["warm_up_sha256"]
        == read_card(warm_up / "best.pt")["weights_sha256"]
    )
    other = begun("other", "warm_up.yaml", noise=0.1)
    said = refusal(few_shot("recommended", max_epochs=2, resume=True, warm_up=str(other)))
    assert "was started with warm_up_sha256" in said


def test_only_one_training_works_in_a_folder(training: Training, tmp_path: Path):
    (tmp_path / "run").mkdir()
    with FileLock(tmp_path / "run" / LOCK):
        assert "another training works in this folder" in refusal(training())
    training(max_epochs=1).run()
    with FileLock(tmp_path / "run" / LOCK, timeout=0):  # it let the folder go
        pass


def test_an_interrupted_training_lets_its_folder_go(training: Training, tmp_path: Path):
    interrupt(training(max_epochs=3), 3)
    with FileLock(tmp_path / "run" / LOCK, timeout=0):
        pass


HOLD = """
import os, sys, time
from bundle.engines import RunFolder
folder = RunFolder(sys.argv[1], "model.pt", "cache", {}, {})
folder._acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_a_killed_training_lets_its_folder_go(training: Training, tmp_path: Path):
    (tmp_path / "run").mkdir()
    words = [sys.executable, "-c", HOLD, str(tmp_path / "run")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        assert "another training works in this folder" in refusal(training())
        os.kill(other.pid, signal.SIGKILL)
    training(max_epochs=1).run()


def test_a_run_without_checkpoint_begins_anew_and_nothing_of_it_is_left(training: Training, tmp_path: Path, caplog):
    run = tmp_path / "run"
    interrupt(training(max_epochs=4, val_interval=2), 3)
    assert (run / "mean_shape.pt").exists() and not (run / "last.pt").exists()
    (run / "best.pt").write_bytes(b"of the run before")
    (run / "log.txt").write_text("of its owner")
    training(max_epochs=1, shots=3, val_interval=2).run()
    assert "had no checkpoint yet and begins anew" in caplog.text
    assert read_card(run / "best.pt")["shots"] == json.loads((run / "run.json").read_text())["card"]["shots"] == 3
    assert (run / "log.txt").read_text() == "of its owner"


def test_weights_in_a_folder_that_holds_no_run_are_not_written_over(training: Training, tmp_path: Path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "best.pt").write_bytes(b"precious")
    assert "holds best.pt of another run; give another --output_dir" in refusal(training())
    assert (run / "best.pt").read_bytes() == b"precious"


def test_the_folder_of_a_train_is_no_run_folder(training: Training, tmp_path: Path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "comparison.json").write_text("{}")
    assert "holds the runs of bundle train or compare; give another --output_dir" in refusal(training())
    assert sorted(file.name for file in run.iterdir() if file.name != "run.lock") == ["comparison.json"]


@pytest.mark.parametrize("content", [None, "", "[]", "{}"])
def test_a_run_that_does_not_say_what_it_is_is_not_resumed(training: Training, tmp_path: Path, content: str | None):
    training(max_epochs=1).run()
    file = tmp_path / "run" / "run.json"
    file.unlink() if content is None else file.write_text(content)
    assert "it is unknown what run this is" in refusal(training(max_epochs=2, resume=True))


class Killed(BaseException):
    """Nothing after it happens."""


def test_the_end_of_stage_two_may_be_cut_at_any_file(
    few_shot: Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Killed before each file of the end is put in place and resumed, the run comes out as the uncut one."""
    settings = {"ratio": 0, "accept_confidence": 0.99}
    few_shot("pseudo_label", output_dir=str(tmp_path / "uncut"), **settings).run()
    names = ("best.pt", "best.json", "stage2.pt", "stage1.pt")
    uncut = {name: (tmp_path / "uncut" / name).read_bytes() for name in names}
    rename = os.replace
    for moment in range(8):
        run = tmp_path / f"cut{moment}"
        ending: list[str] = []

        def replace(source: Any, target: Any, moment: int = moment, ending: list[str] = ending) -> None:
            if ending or Path(target).name in ("best.pt", ".best.json.next"):
                if len(ending) == moment:
                    raise Killed
                ending.append(Path(target).name)
            rename(source, target)

        monkeypatch.setattr(os, "replace", replace)
        with suppress(BaseException):  # MONAI wraps it
            few_shot("pseudo_label", output_dir=str(run), **settings).run()
        monkeypatch.setattr(os, "replace", rename)
        FileLock(run / LOCK, is_singleton=True, fallback_to_soft=False).release(force=True)
        few_shot("pseudo_label", output_dir=str(run), resume=True, **settings).run()
        assert {name: (run / name).read_bytes() for name in names} == uncut, f"cut before {moment}"
        torch.testing.assert_close(read_checkpoint(run / "best.pt"), read_checkpoint(run / "stage1.pt"))
