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


def test_a_folder_is_locked_as_long_as_a_child_of_a_killed_comparison_lives(tmp_path: Path):
    with only_comparison(tmp_path) as lock:
        with (
            pytest.raises(ConfigurationError, match="another comparison works in this folder"),
            only_comparison(tmp_path),
        ):
            pass
        child = subprocess.Popen(python("input()"), stdin=subprocess.PIPE, pass_fds=[lock])
    with pytest.raises(ConfigurationError), only_comparison(tmp_path):
        pass
    child.communicate(b"\n")
    with only_comparison(tmp_path):
        pass


def test_termination_is_an_interrupt():
    with pytest.raises(KeyboardInterrupt), interrupted_by_termination():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
