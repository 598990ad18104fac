# SPDX-License-Identifier: Apache-2.0
"""Training from the loop: a process of its own, one at a time, that goes on whatever becomes of it or of the server."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bundle.dataset.description import DatasetDescription
from bundle.errors import BundleError, ConfigurationError
from bundle.files import make_folder
from bundle.label import round_data, rounds
from bundle.label.rounds import CANCELLED, DATA, DONE, FAILED, FEWEST_TO_TRAIN, LOG, RUN, RUNNING, Round
from bundle.label.store import Store
from bundle.workflow import ROOT

logger = logging.getLogger(__name__)


_LOCK = "training.lock"
_SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_TO_END = 10.0

Finish = Callable[[Round, Path], Round]


@dataclass
class _Running:
    """The round that is trained, its process group while there is one, and how it is to end."""

    round: Round
    group: int | None = None
    ending: str = ""


class Training:
    """The trainings of a study.

    A training is `bundle train` in a session of its own, which outlives a server that is killed. It holds a lock in the
    folder of its round, by which the next server finds it. Typed again it goes on where it was, so a round that was
    running when everything stopped is simply started again, and one that is complete ends at once.

    Args:
        store: The labels.
        words: Options of `bundle train`.
        finish: is told of a training that came to its end, with its run folder, before its round is done.
    """

    def __init__(self, store: Store, words: Sequence[str], finish: Finish) -> None:
        self.store = store
        self.words = tuple(words)
        self.finish = finish
        self._lock = threading.RLock()
        self._running: _Running | None = None
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self.rounds = rounds.read_rounds(store.folder)

    def go_on(self) -> None:
        """Go on with the round that was running when the last server ended."""
        with self._lock:
            if self.rounds and self.rounds[-1].state == RUNNING:
                self._watch(self.rounds[-1])

    @property
    def running(self) -> Round | None:
        """The round that is trained now."""
        with self._lock:
            return self._running.round if self._running else None

    def start(self) -> Round:
        """Start a training on the labels of now; the last one goes on if it did not come to its end with these.

        Raises:
            ConfigurationError: one is running, or too few films are labelled.
            BundleError: the folder of the round cannot be written.
        """
        with self._lock:
            if self._running is not None:
                raise ConfigurationError("a training is running; wait for its end, or cancel it")
            labels = {film.id: label for film, label in self.store.labelled()}
            training, validation = rounds.split(list(labels), self.rounds)
            if len(training) < FEWEST_TO_TRAIN:
                raise ConfigurationError(
                    f"{len(training)} films to learn from are labelled; training needs {FEWEST_TO_TRAIN}, label more"
                )
            films, study = self.store.films, self.store.study
            dataset = round_data.description(study, films, labels, training, validation)
            last = self.rounds[-1] if self.rounds else None
            if last and self._can_go_on(last, dataset):
                return self._watch(last)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            number = last.number + 1 if last else 1
            folder = rounds.folder_of(self.store.folder, number)
            shutil.rmtree(folder, ignore_errors=True)  # of a start that was cut short
            method = round_data.method_for(round_data.write_data(folder / DATA, dataset, films))
            round_ = Round(number, RUNNING, study.revision, training, validation, method.key, self.words, now)
            return self._watch(replace(round_, warm_start=rounds.warm_start(self.store.folder, round_, self.rounds)))

    def _can_go_on(self, round_: Round, dataset: DatasetDescription) -> bool:
        """Whether a round that did not come to its end is that of these labels and settings."""
        cut_short = round_.state in (FAILED, CANCELLED) and round_.words == self.words
        return cut_short and round_data.same_data(self._folder(round_) / DATA, dataset)

    def cancel(self) -> None:
        """End the training and all its processes; the next start goes on where it was.

        Raises:
            ConfigurationError: none is running.
        """
        with self._lock:
            if self._running is None:
                raise ConfigurationError("no training is running")
            self._running.ending = CANCELLED
            self._signal(signal.SIGTERM)
            thread = self._thread
        self._wait_for_end(thread)

    def close(self) -> None:
        """End the training with the server; the next one goes on with it."""
        self._closing.set()
        with self._lock:
            self._signal(signal.SIGTERM)
            thread = self._thread
        self._wait_for_end(thread)

    def _watch(self, round_: Round) -> Round:
        round_ = replace(round_, state=RUNNING, message="")
        self._save(round_)
        self._running = _Running(round_)
        self._thread = threading.Thread(target=self._run, args=[self._running], name="training", daemon=True)
        self._thread.start()
        return round_

    def _run(self, running: _Running) -> None:
        folder = self._folder(running.round)
        try:
            code = self._process(running, folder)
            if self._closing.is_set():
                return
            if running.ending:
                ended = replace(running.round, state=running.ending)
            elif code:
                ended = replace(running.round, state=FAILED, message=_sentence(folder / LOG, code))
            else:
                ended = replace(self.finish(running.round, folder / RUN), state=DONE)
        except BundleError as error:
            ended = replace(running.round, state=FAILED, message=str(error))
        except Exception as error:  # whatever it is, the server goes on, and the next training
            logger.exception("the training could not be brought to its end")
            ended = replace(running.round, state=FAILED, message=f"{type(error).__name__}; see the server's output")
        with self._lock:
            with suppress(BundleError):  # a full disk: the next server starts the round again, which ends at once
                self._save(ended)
            self.rounds[-1] = ended
            self._running = None

    def _process(self, running: _Running, folder: Path) -> int:
        """Train to the end; returns the exit code."""
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not _taken(lock):  # by the training of a server that was killed, so that its number is still its own
                running.group = running.round.process
                if self._stopping(running):
                    self._signal(signal.SIGTERM)
                time.sleep(_SECONDS_BETWEEN_LOOKS)
            running.group = None
            with self._lock, (folder / LOG).open("ab") as log:
                if self._stopping(running):
                    return 1
                process = subprocess.Popen(
                    self._command(running.round),
                    stdout=log,
                    stderr=log,
                    cwd=ROOT,
                    start_new_session=True,
                    pass_fds=[lock],
                )
                running.group = process.pid
                running.round = replace(running.round, process=process.pid)
                self._save(running.round)
        finally:
            os.close(lock)  # the process has its own
        code = process.wait()
        running.group = None
        _signal_group(process.pid, signal.SIGKILL)  # what it may have left
        return code

    def _stopping(self, running: _Running) -> bool:
        return self._closing.is_set() or bool(running.ending)

    def _command(self, round_: Round) -> list[str]:
        folder = self._folder(round_)
        options = ["--out", str(folder / RUN), "--method", round_.method]
        if round_.warm_start is not None:
            options += ["--warm_start", str(rounds.folder_of(self.store.folder, round_.warm_start) / RUN)]
        options += self.words
        return [sys.executable, "-m", "bundle", "train", str(folder / DATA), *options]

    def _signal(self, number: int) -> None:
        if self._running is not None and self._running.group is not None:
            _signal_group(self._running.group, number)

    def _wait_for_end(self, thread: threading.Thread | None) -> None:
        if thread is None:
            return
        thread.join(_SECONDS_TO_END)
        if thread.is_alive():
            with self._lock:
                self._signal(signal.SIGKILL)
            thread.join()

    def _folder(self, round_: Round) -> Path:
        return rounds.folder_of(self.store.folder, round_.number)

    def _save(self, round_: Round) -> None:
        make_folder(self._folder(round_))
        rounds.write_round(self.store.folder, round_)
        self.rounds = [*(other for other in self.rounds if other.number != round_.number), round_]


def _taken(lock: int) -> bool:
    """Whether a lock could be taken; the system frees it when every process that has the file open has ended."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _signal_group(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _sentence(log: Path, code: int) -> str:
    """The error that a training printed last."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    if code < 0:
        return f"the training was ended (signal {-code}); start it again, and it goes on where it was"
    return errors[-1] if errors else f"the training ended with exit code {code}; its log is {log}"
