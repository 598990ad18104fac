# SPDX-License-Identifier: Apache-2.0
"""A run that was stopped, or came to its end, and is resumed or not to be overwritten."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from monai.bundle import ConfigWorkflow

from bundle.engines.weights import read_checkpoint
from bundle.run_folder import read_history
from run_folders import cause_of, interrupt

Training = Callable[..., ConfigWorkflow]


@pytest.mark.parametrize(
    "overlay",
    [
        {},
        {
            "train#lr_scheduler": {
                "_target_": "torch.optim.lr_scheduler.StepLR",
                "optimizer": "@train#optimizer",
                "step_size": 1,
                "gamma": 0.5,
            }
        },
    ],
)
def test_cut_and_resumed_equals_uncut(training: Training, tmp_path: Path, overlay: dict):
    uncut, cut = tmp_path / "uncut", tmp_path / "cut"
    training(output_dir=str(uncut), max_epochs=4, **overlay).run()
    interrupted = training(output_dir=str(cut), max_epochs=4, **overlay)
    # in the middle of the third epoch: what that epoch did is lost, what stood before is kept
    interrupt(interrupted, 5)
    assert len(read_history(cut)) == 3
    training(output_dir=str(cut), max_epochs=4, resume=True, **overlay).run()
    assert read_history(cut) == read_history(uncut)
    for name in ("last.pt", "best.pt"):
        uncut_state, resumed_state = read_checkpoint(uncut / name), read_checkpoint(cut / name)
        torch.testing.assert_close(uncut_state, resumed_state, rtol=0, atol=0)


def test_resuming_a_run_at_its_end_trains_no_more_and_does_the_end_again(training: Training, tmp_path: Path):
    training().run()
    run = tmp_path / "run"
    rows, last = read_history(run), (run / "last.pt").read_bytes()
    (run / "convergence.json").unlink()
    (tmp_path / "models" / "model.pt").unlink()
    training(resume=True).run()
    assert read_history(run) == rows
    assert (run / "last.pt").read_bytes() == last
    assert (run / "convergence.json").is_file()
    torch.testing.assert_close(
        read_checkpoint(tmp_path / "models" / "model.pt"), read_checkpoint(run / "best.pt"), rtol=0, atol=0
    )


def test_finished_run_is_not_overwritten_by_chance(training: Training, tmp_path: Path):
    training().run()
    kept = (tmp_path / "run" / "config.json").read_text()
    with pytest.raises(RuntimeError) as raised:
        training(shots=2).run()
    sentence = cause_of(raised.value)
    assert "holds a run already" in sentence
    assert "--resume true" in sentence
    assert (tmp_path / "run" / "config.json").read_text() == kept


def test_nothing_to_resume_is_said(training: Training):
    with pytest.raises(RuntimeError) as raised:
        training(resume=True).run()
    assert "there is no run to resume" in cause_of(raised.value)


def test_resume_of_another_network_is_refused(training: Training):
    training().run()
    with pytest.raises(RuntimeError) as raised:
        training(resume=True, hidden_features=12).run()
    assert "was started with hidden_features 8, now it is 12; give --hidden_features 8" in cause_of(raised.value)


def test_truncated_checkpoint_is_named(training: Training, tmp_path: Path):
    training().run()
    last = tmp_path / "run" / "last.pt"
    last.write_bytes(last.read_bytes()[:1000])
    with pytest.raises(RuntimeError) as raised:
        training(resume=True).run()
    assert "last.pt: is not a readable checkpoint" in cause_of(raised.value)


def test_full_disk_keeps_the_older_checkpoint(training: Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    training(max_epochs=1).run()
    last = tmp_path / "run" / "last.pt"
    before = last.read_bytes()

    def no_space(state: object, file: Path) -> None:
        Path(file).write_bytes(b"begun")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(torch, "save", no_space)
    with pytest.raises(RuntimeError) as raised:
        training(max_epochs=2, resume=True).run()
    sentence = cause_of(raised.value)
    assert "No space left on device" in sentence
    assert "free space" in sentence
    assert last.read_bytes() == before
    assert not list(last.parent.glob("*.partial")) and not list(last.parent.glob(".*.partial"))
