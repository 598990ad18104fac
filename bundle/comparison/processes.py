# SPDX-License-Identifier: Apache-2.0
"""The processes of a comparison: logged to files, ended together, and never two comparisons in one folder."""

from __future__ import annotations

import shlex
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from filelock import FileLock

from bundle.errors import BundleError
from bundle.files import make_folder
from bundle.folder_lock import acquire

LOCK = ".lock"


class Processes:
    """Runs commands from several threads, until `end` ends them all.

    Args:
        announce: is told the words of a command before it is run.
    """

    def __init__(self, announce: Callable[[Sequence[str]], object] = lambda words: None) -> None:
        self.announce = announce
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._ended = False

    def run(self, words: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        """Run a command to its end; what it prints goes behind what the log holds.

        Raises:
            BundleError: it ended with an exit code other than 0; the message is the sentence it ended with.
        """
        make_folder(log.parent)
        self.announce(words)
        with log.open("ab") as stream:
            stream.write(f"\n$ {shlex.join(words)}\n".encode())
            stream.flush()
            start = stream.tell()
            with self._lock:
                if self._ended:
                    raise BundleError("ended")
                process = subprocess.Popen(words, stdout=stream, stderr=stream, env=dict(environment))
                self._running.add(process)
        code = process.wait()
        with self._lock:
            self._running.discard(process)
        if code:
            raise BundleError(_sentence(log, start, code))

    def end(self) -> None:
        """End every process, and let none start any more; a training loses nothing that it has saved."""
        with self._lock:
            self._ended = True
            for process in self._running:
                process.terminate()


def _sentence(log: Path, start: int, code: int) -> str:
    """The error a process printed last, else its last line."""
    with log.open("rb") as stream:
        stream.seek(start)
        lines = [line for line in stream.read().decode(errors="replace").splitlines() if line.strip()]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return (errors or lines or [f"exit code {code}"])[-1]


@contextmanager
def only_comparison(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which the system frees when this process ends, however that comes about.

    A training that a killed comparison has left keeps the lock of its run folder, see `bundle.engines.run_identity`.

    Raises:
        ConfigurationError: another comparison holds it.
        BundleError: the folder cannot be locked.
    """
    lock = FileLock(folder / LOCK, fallback_to_soft=False)
    acquire(lock, "comparison", "end it", "--out")
    try:
        yield
    finally:
        lock.release()


@contextmanager
def interrupted_by_termination() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does, where signals can be caught: in the main thread."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
