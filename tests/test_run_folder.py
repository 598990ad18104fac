# SPDX-License-Identifier: Apache-2.0
"""What other processes read of a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bundle.errors import BundleError, CheckpointError
from bundle.run_folder import (
    ACCEPTANCE,
    CONVERGENCE,
    HISTORY,
    PROGRESS,
    TRAINED,
    RunProgress,
    Trained,
    accepted,
    converged,
    duration,
    model_files,
    read_history,
    read_json,
    read_progress,
    read_trained,
    write_progress,
    write_trained,
)


def test_progress_is_read_as_it_was_written_and_says_itself(tmp_path: Path):
    written = RunProgress(3, 120, 700.5, 9.4321)
    write_progress(tmp_path, written)
    assert read_progress(tmp_path) == written
    assert str(written) == "epoch 3 of 120, validation 9.43 px, 12 min left"
    assert str(RunProgress(1, 2, 5)) == "epoch 1 of 2, 5 s left"
    assert str(RunProgress(1, 2, 5, 9.4, " (typical, at the best level)")) == (
        "epoch 1 of 2, validation 9.40 px (typical, at the best level), 5 s left"
    )


@pytest.mark.parametrize("content", [None, "", "[1]", '{"epoch": 1}', '{"other": 1}'])
def test_no_progress_is_read_where_there_is_none(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / PROGRESS).write_text(content)
    assert read_progress(tmp_path) is None


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5000, "83 min"), (12000, "3 h 20 min")]
)
def test_a_time_to_wait_is_said_as_a_person_does(seconds: float, words: str):
    assert duration(seconds) == words


def test_the_history_is_numbers_and_nothing_where_nothing_was_measured(tmp_path: Path):
    (tmp_path / HISTORY).write_text("iteration,epoch,loss,validation_error_px\n0,0,,40.5\n10,1,0.5,\n")
    first, second = read_history(tmp_path)
    assert first == {"iteration": 0, "epoch": 0, "loss": None, "validation_error_px": 40.5}
    assert isinstance(second["epoch"], int) and second["validation_error_px"] is None


@pytest.mark.parametrize("content", [None, "epoch,loss\n1,one\n", "epoch,loss\n1,2,3\n"])
def test_a_history_that_cannot_be_read_is_told(tmp_path: Path, content: str | None):
    if content:
        (tmp_path / HISTORY).write_text(content)
    with pytest.raises(BundleError, match=r"history\.csv: cannot be read as a training history"):
        read_history(tmp_path)


@pytest.mark.parametrize(
    ("verdict", "file", "field", "stage"),
    [(converged, CONVERGENCE, "converged", "stage 1"), (accepted, ACCEPTANCE, "accepted", "stage 2")],
)
def test_a_verdict_is_read_or_the_stage_has_not_come_to_its_end(tmp_path: Path, verdict, file, field, stage):
    for answer in (True, False):
        (tmp_path / file).write_text(json.dumps({field: answer}))
        assert verdict(tmp_path) is answer
    for content in ("{}", "[]", "{"):
        (tmp_path / file).write_text(content)
        with pytest.raises(CheckpointError, match=f"{file}: cannot be read; let {stage} come to its end"):
            verdict(tmp_path)


def test_what_a_comparison_notes_of_a_training_is_read_as_it_was_written(tmp_path: Path):
    write_trained(tmp_path, Trained(1.5, resumed=True))
    assert read_trained(tmp_path) == Trained(1.5, resumed=True)
    (tmp_path / TRAINED).write_text('{"minutes": 1}')
    with pytest.raises(BundleError, match=r"trained\.json: cannot be read; delete it"):
        read_trained(tmp_path)


def test_a_record_that_is_missing_is_named(tmp_path: Path):
    with pytest.raises(BundleError, match=r"config\.json: cannot be read; give the folder of a training run"):
        read_json(tmp_path / "config.json")


def test_a_model_is_its_weights_card_and_calibration():
    assert [file.name for file in model_files(Path("run/best.pt"))] == ["best.pt", "best.json", "best.confidence.pt"]
