# SPDX-License-Identifier: Apache-2.0
"""A disk that takes no more of TensorBoard's files costs its curves, not the training."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from monai.bundle import ConfigWorkflow
from torch.utils.tensorboard import SummaryWriter

from bundle.engines.tensorboard import TensorBoard

Make = Callable[..., ConfigWorkflow]


def full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("method", ["__init__", "add_scalar", "add_image", "flush"])
def test_a_full_disk_does_not_end_a_training(
    training: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, method: str
):
    monkeypatch.setattr(SummaryWriter, method, full)
    training().run()
    assert (tmp_path / "run" / "best.pt").is_file()
    warnings = [record.getMessage() for record in caplog.records if "TensorBoard" in record.getMessage()]
    assert len(warnings) == 1 and "(No space left on device); the training goes on without it" in warnings[0]


def test_nothing_is_made_before_something_is_shown(tmp_path: Path):
    board = TensorBoard(tmp_path / "run")
    assert not (tmp_path / "run").exists()
    board.add_scalar("loss", 1.0, 1)
    board.flush()
    assert list((tmp_path / "run" / "tensorboard").glob("events*"))
    assert (tmp_path / "run").stat().st_mode & 0o077 == 0


def test_what_works_is_silent(training: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        training().run()
    assert "TensorBoard" not in caplog.text
    assert list((tmp_path / "run" / "tensorboard").glob("events*"))
