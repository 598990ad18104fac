# SPDX-License-Identifier: Apache-2.0
"""Trainings on the same cores share them: threads of one stay busy while they wait, and would keep out the other's."""

from __future__ import annotations

import logging
import os
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path

import torch
from filelock import FileLock, Timeout
from ignite.engine import Engine, Events

logger = logging.getLogger(__name__)

FOLDER = Path(tempfile.gettempdir()) / f"few-shot-dag-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
"""Where each training of a user holds a file locked as long as it lives; its name begins with the process number."""

SET_BY_THE_USER = "OMP_NUM_THREADS"


class CoreShare:
    """Gives an engine its share of the cores, by as many trainings as compute on them, and all when it is alone.

    The number of threads changes the last bits of a result, so that a number which `OMP_NUM_THREADS` sets stays.

    Args:
        folder: where the trainings of this machine are counted; that of this user by default.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder or FOLDER)
        self._lock: FileLock | None = None
        self._all = self._given = torch.get_num_threads()

    def attach(self, engine: Engine) -> None:
        """Attach to a trainer or an evaluator; what ends by an error has to `leave` by itself."""
        engine.add_event_handler(Events.STARTED, self.join)
        engine.add_event_handler(Events.STARTED | Events.EPOCH_STARTED, self.share)
        engine.add_event_handler(Events.COMPLETED, self.leave)

    def join(self) -> None:
        """Be counted, until `leave` or the end of this process; where no file can be locked, do without."""
        lock = FileLock(self.folder / f"{os.getpid()}-{uuid.uuid4().hex}", fallback_to_soft=False)
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            lock.acquire()
        except (OSError, NotImplementedError) as error:
            logger.warning(
                f"{self.folder}: cannot be used to count trainings ({error}); give each training on the same cores "
                f"its share by {SET_BY_THE_USER}"
            )
        else:
            self._lock = lock
        self._all = self._given = torch.get_num_threads()

    def share(self) -> None:
        """Take as many threads as are this engine's share now."""
        if self._lock is None or SET_BY_THE_USER in os.environ:
            return
        others = sum(self._competes(file) for file in self.folder.iterdir())
        threads = max(1, self._all // (1 + others))
        if threads != self._given:
            self._given = threads
            torch.set_num_threads(threads)
            logger.info(f"{1 + others} runs share these cores: {threads} of {self._all} threads for this one")

    def leave(self) -> None:
        """Be counted no more, and take all threads again."""
        if self._lock is None:
            return
        _remove(self._lock)
        self._lock = None
        if self._given != self._all:
            torch.set_num_threads(self._all)

    def _competes(self, file: Path) -> bool:
        """Whether a training other than this lives, on one of its cores at least; what a killed one left is removed."""
        if self._lock is None or file == Path(self._lock.lock_file):
            return False
        lock = FileLock(file, fallback_to_soft=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return not _cores_of(0).isdisjoint(_cores_of(int(file.name.partition("-")[0])))
        _remove(lock)
        return False


def _remove(lock: FileLock) -> None:
    lock.release()
    with suppress(OSError):
        Path(lock.lock_file).unlink()


def _cores_of(process: int) -> set[int]:
    """Cores that a process may use, 0 being this one: all, where the system does not tell."""
    try:
        return set(os.sched_getaffinity(process))
    except (AttributeError, OSError):
        return set(range(os.cpu_count() or 1))
