# SPDX-License-Identifier: Apache-2.0
"""Processes leave a log and a sentence, and end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bundle.comparison.processes import Processes, interrupted_by_termination, only_comparison
from bundle.comparison.runner import environment_on
from bundle.errors import BundleError, ConfigurationError


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_output_is_appended_to_the_log_below_the_command(tmp_path: Path):
    log = tmp_path / "cell" / "log.txt"
    for number in range(2):
        Processes().run(python(f"print('line {number}')"), log, os.environ)
    lines = [line for line in log.read_text().splitlines() if line]
    assert [line for line in lines if not line.startswith("$")] == ["line 0", "line 1"]
    assert lines[0].startswith(f"$ {sys.executable} -c ")


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (
            "import sys; print('error: the disk is full', file=sys.stderr); print('bye'); sys.exit(1)",
            "the disk is full",
        ),
        ("raise ValueError('what')", "ValueError: what"),
        ("import sys; sys.exit(3)", "exit code 3"),
    ],
)
def test_a_process_that_fails_leaves_its_sentence(tmp_path: Path, program: str, sentence: str):
    (tmp_path / "log.txt").write_text("error: of an older process\n")
    with pytest.raises(BundleError, match=f"^{sentence}$"):
        Processes().run(python(program), tmp_path / "log.txt", os.environ)


def test_ending_ends_what_runs_and_lets_nothing_start(tmp_path: Path):
    processes = Processes()
    failed = []

    def run() -> None:
        try:
            processes.run(python("print('on', flush=True); import time; time.sleep(60)"), log, os.environ)
        except BundleError as error:
            failed.append(error)

    log = tmp_path / "log.txt"
    thread = threading.Thread(target=run)
    thread.start()
    while not (log.exists() and log.read_text().endswith("on\n")):
        time.sleep(0.01)
    processes.end()
    thread.join(10)
    assert len(failed) == 1 and not thread.is_alive()
    with pytest.raises(BundleError):
        processes.run(python("print('never')"), log, os.environ)
    assert "never" not in log.read_text().splitlines()


HOLD = """
import subprocess, sys
from pathlib import Path
from bundle.comparison.processes import only_comparison
with only_comparison(Path(sys.argv[1])):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print(child.pid, flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_locked_as_long_as_a_comparison_lives_and_no_longer(tmp_path: Path):
    comparison = subprocess.Popen(
        [*python(HOLD), str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    child = int(comparison.stdout.readline())
    try:
        with (
            pytest.raises(ConfigurationError, match="another comparison works in this folder"),
            only_comparison(tmp_path),
        ):
            pass
        comparison.kill()
        comparison.wait()
        os.kill(child, 0)  # it has outlived what started it
        with only_comparison(tmp_path):
            pass
    finally:
        os.kill(child, signal.SIGKILL)


def test_one_process_has_one_comparison_in_a_folder(tmp_path: Path):
    for _ in range(2):
        with only_comparison(tmp_path), pytest.raises(ConfigurationError), only_comparison(tmp_path):
            pass


def test_termination_is_an_interrupt():
    with pytest.raises(KeyboardInterrupt), interrupted_by_termination():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize(("workers", "threads"), [(2, "4"), (3, "2"), (8, "1"), (20, "1")])
def test_workers_share_the_cores_that_there_are_for_them(monkeypatch: pytest.MonkeyPatch, workers: int, threads: str):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(8)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert environment_on("cpu", workers)["OMP_NUM_THREADS"] == threads
    assert environment_on("1", workers)["OMP_NUM_THREADS"] == threads


def test_one_worker_has_all_cores_and_a_share_that_is_set_stays(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert "OMP_NUM_THREADS" not in environment_on("cpu")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert environment_on("cpu", 2)["OMP_NUM_THREADS"] == "3"


def test_a_worker_trains_with_its_share_of_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    program = "import torch; print('threads', torch.get_num_threads())"
    Processes().run(python(program), tmp_path / "log.txt", environment_on("cpu", os.cpu_count() or 1))
    assert (tmp_path / "log.txt").read_text().splitlines()[-1] == "threads 1"
