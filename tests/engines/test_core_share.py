# SPDX-License-Identifier: Apache-2.0
"""Trainings on the same cores share them, however the others end."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from ignite.engine import Engine, Events
from monai.bundle import ConfigWorkflow

from bundle.engines import core_share
from bundle.engines.core_share import CoreShare
from bundle.errors import BundleError

OTHER = """
import os, sys
from pathlib import Path
from filelock import FileLock
Path(sys.argv[1]).mkdir(exist_ok=True)
with FileLock(f"{sys.argv[1]}/{os.getpid()}-other"):
    print(os.getpid(), flush=True)
    sys.stdin.read()
"""
"""What `join` and `leave` do, without the seconds that importing PyTorch takes."""


@pytest.fixture
def six_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process compute with six threads, which nothing has set."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    threads = torch.get_num_threads()
    torch.set_num_threads(6)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start another process that is counted as a training in a folder."""
    running: list[subprocess.Popen[str]] = []

    def other() -> subprocess.Popen[str]:
        words = [sys.executable, "-c", OTHER, str(tmp_path / "cores")]
        running.append(subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        assert int(running[-1].stdout.readline()) == running[-1].pid
        return running[-1]

    yield other
    for process in running:
        process.kill()
        process.communicate()


@pytest.mark.usefixtures("six_threads")
def test_cores_are_shared_as_others_come_and_go_or_are_killed(start: Callable, tmp_path: Path):
    share = CoreShare(tmp_path / "cores")
    share.join()
    threads = []

    def look() -> None:
        share.share()
        threads.append(torch.get_num_threads())

    look()
    first, second = start(), start()
    look()
    first.communicate("")
    look()
    second.kill()
    second.wait()
    look()
    assert threads == [6, 2, 3, 6]
    assert len(list((tmp_path / "cores").iterdir())) == 1  # what the killed one left is gone
    start()
    look()
    share.leave()
    assert torch.get_num_threads() == 6


@pytest.mark.usefixtures("six_threads")
def test_one_of_many_has_one_thread(tmp_path: Path):
    shares = [CoreShare(tmp_path / "cores") for _ in range(8)]
    for share in shares:
        share.join()
    shares[0].share()
    assert torch.get_num_threads() == 1
    for share in shares:
        share.leave()
    assert torch.get_num_threads() == 6


@pytest.mark.usefixtures("six_threads")
def test_one_on_other_cores_takes_none(start: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    other = start()
    cores = {0: {0, 1}, other.pid: {2, 3}}
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: cores[process], raising=False)
    share = CoreShare(tmp_path / "cores")
    share.join()
    share.share()
    assert torch.get_num_threads() == 6
    cores[other.pid] = {1, 2}
    share.share()
    assert torch.get_num_threads() == 3
    share.leave()


@pytest.mark.usefixtures("six_threads")
def test_a_number_that_the_user_sets_stays(start: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "6")
    start()
    share = CoreShare(tmp_path / "cores")
    share.join()
    share.share()
    assert torch.get_num_threads() == 6
    assert len(list((tmp_path / "cores").iterdir())) == 2  # but the others know of it
    share.leave()


@pytest.mark.usefixtures("six_threads")
def test_where_nothing_can_be_locked_it_does_without(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "file").write_text("")
    share = CoreShare(tmp_path / "file")
    share.join()
    share.share()
    share.leave()
    assert torch.get_num_threads() == 6
    assert "give each training on the same cores its share by OMP_NUM_THREADS" in caplog.text


@pytest.mark.usefixtures("six_threads")
def test_a_training_shares_and_leaves(
    training: Callable[..., ConfigWorkflow],
    start: Callable,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.INFO, "bundle")
    cores = tmp_path / "cores"
    monkeypatch.setattr(core_share, "FOLDER", cores)
    other, threads = start(), []
    workflow = training(max_epochs=2)
    workflow.initialize()

    def seen(engine: Engine) -> None:
        threads.append(torch.get_num_threads())
        if engine.state.epoch == 1:
            other.communicate("")

    workflow.trainer.add_event_handler(Events.EPOCH_COMPLETED, seen)
    workflow.run()
    assert threads == [3, 6]
    assert not list(cores.iterdir())
    assert "2 runs share these cores: 3 of 6 threads for this one" in caplog.text


@pytest.mark.usefixtures("six_threads")
def test_a_training_that_fails_leaves(
    training: Callable[..., ConfigWorkflow], start: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    cores = tmp_path / "cores"
    monkeypatch.setattr(core_share, "FOLDER", cores)
    start()
    workflow = training()
    workflow.initialize()

    def fail(_engine: Engine) -> None:
        assert torch.get_num_threads() == 3
        raise BundleError("the disk is full")

    workflow.trainer.add_event_handler(Events.EPOCH_COMPLETED, fail)
    with pytest.raises(RuntimeError, match="Failed to evaluate"):
        workflow.run()
    assert len(list(cores.iterdir())) == 1
    assert torch.get_num_threads() == 6
