# SPDX-License-Identifier: Apache-2.0
"""Trainings on the same cores share them, however the others end."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from filelock import FileLock
from ignite.engine import Engine, Events
from monai.bundle import ConfigWorkflow

from bundle.engines import core_share
from bundle.engines.core_share import CoreShare, folder_of_user
from bundle.errors import BundleError

CONFIGS = Path(__file__).resolve().parents[2] / "configs"

OTHER = """
import os, sys
from pathlib import Path
from filelock import FileLock
Path(sys.argv[1]).mkdir(exist_ok=True)
with FileLock(f"{sys.argv[1]}/{os.getpid()}-other.run"):
    print(os.getpid(), flush=True)
    sys.stdin.read()
"""
"""What `join` and `leave` do, without the seconds that importing PyTorch takes."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count the runs of the test alone."""
    monkeypatch.setattr(core_share, "folder_of_user", lambda: tmp_path / "cores")


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
def test_cores_are_shared_as_others_come_and_go_or_are_killed(
    start: Callable, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "bundle")
    share = CoreShare()
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
    caplog.clear()
    share.leave()
    assert torch.get_num_threads() == 6
    assert not caplog.text  # the other is still there


@pytest.mark.usefixtures("six_threads")
def test_one_of_many_has_one_thread(start: Callable, tmp_path: Path):
    for _ in range(7):
        start()
    share = CoreShare()
    share.join()
    share.share()
    assert torch.get_num_threads() == 1
    share.leave()
    assert torch.get_num_threads() == 6


@pytest.mark.usefixtures("six_threads")
def test_what_failed_in_this_process_takes_none(tmp_path: Path):
    failed, share = CoreShare(), CoreShare()
    failed.join()
    share.join()
    share.share()
    assert torch.get_num_threads() == 6
    share.join()  # again, after an error
    assert len(list((tmp_path / "cores").iterdir())) == 2
    share.leave()
    failed.leave()


@pytest.mark.usefixtures("six_threads")
def test_one_on_other_cores_takes_none(start: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    other = start()
    cores = {0: {0, 1}, other.pid: {2, 3}}
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: cores[process], raising=False)
    share = CoreShare()
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
    share = CoreShare()
    share.join()
    share.share()
    assert torch.get_num_threads() == 6
    assert len(list((tmp_path / "cores").iterdir())) == 2  # but the others know of it
    share.leave()


@pytest.mark.usefixtures("six_threads")
@pytest.mark.parametrize("kind", ["file", "link", "writable by all"])
def test_a_folder_that_is_not_the_users_is_left_alone(kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    folder, thesis = tmp_path / "cores", tmp_path / "thesis"
    thesis.mkdir()
    (thesis / "12-chapter.run").write_text("")
    if kind == "file":
        folder.write_text("")
    elif kind == "link":
        folder.symlink_to(thesis)
    else:
        folder.mkdir()
        folder.chmod(0o777)
    share = CoreShare()
    share.join()
    share.share()
    share.leave()
    assert torch.get_num_threads() == 6
    assert (thesis / "12-chapter.run").exists()
    assert "give each its share by OMP_NUM_THREADS" in caplog.text


@pytest.mark.usefixtures("six_threads")
def test_no_folder_for_temporary_files_is_no_error(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    def no_folder() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(core_share, "folder_of_user", folder_of_user)
    monkeypatch.setattr(tempfile, "gettempdir", no_folder)
    share = CoreShare()
    share.join()
    share.share()
    assert "No usable temporary directory found" in caplog.text


@pytest.mark.usefixtures("six_threads")
def test_a_folder_that_is_swept_ends_no_training(start: Callable, tmp_path: Path):
    start()
    share = CoreShare()
    share.join()
    share.share()
    shutil.rmtree(tmp_path / "cores")
    share.share()
    share.leave()
    assert torch.get_num_threads() == 6


def test_a_run_that_waits_for_a_file_that_is_removed_is_seen(tmp_path: Path):
    probed, own = (FileLock(tmp_path / "12-own.run", thread_local=False) for _ in range(2))
    probed.acquire()
    joining = threading.Thread(target=own.acquire)
    joining.start()
    time.sleep(0.1)
    core_share._remove(probed)
    joining.join()
    assert own.is_locked and (tmp_path / "12-own.run").exists()
    own.release()


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
    assert "no other run is on these cores any more: 6 of 6 threads for this one" in caplog.text


@pytest.mark.usefixtures("six_threads")
@pytest.mark.parametrize("overlays", [("evaluate.yaml",), ("evaluate.yaml", "calibrate.yaml")])
def test_evaluation_and_calibration_share_and_leave(
    training: Callable[..., ConfigWorkflow],
    dataset: Path,
    start: Callable,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    overlays: tuple[str, ...],
):
    cores = tmp_path / "cores"
    training(max_epochs=1).run()
    start()
    settings = {"dataset_dir": str(dataset), "checkpoint": str(tmp_path / "run" / "mean_shape.pt"), "split": "training"}
    files = [str(CONFIGS / name) for name in ("inference.json", *overlays)]
    workflow = ConfigWorkflow(
        files, workflow_type="inference", logging_file=False, output_dir=str(tmp_path / "out"), **settings
    )
    workflow.initialize()
    evaluator, threads = workflow.parser.get_parsed_content("evaluator"), []
    evaluator.add_event_handler(Events.ITERATION_COMPLETED, lambda: threads.append(torch.get_num_threads()))
    workflow.run()
    assert set(threads) == {3}
    assert len(list(cores.iterdir())) == 1
    assert torch.get_num_threads() == 6


@pytest.mark.usefixtures("six_threads")
def test_a_training_that_fails_leaves(
    training: Callable[..., ConfigWorkflow], start: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    cores = tmp_path / "cores"
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
