# SPDX-License-Identifier: Apache-2.0
"""Trainings on the same cores share them: threads of one stay busy while they wait, and would keep out the other's."""

from __future__ import annotations

import logging
import os
import platform
import stat
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path

import torch
from filelock import FileLock, Timeout
from ignite.engine import Engine, Events

from bundle.cores import cores_of

logger = logging.getLogger(__name__)

SET_BY_THE_USER = "OMP_NUM_THREADS"
STEPS_BETWEEN_LOOKS = 10
SECONDS_TO_LOCK = 5.0


class CoreShare:
    """Gives an engine its share of the cores: all threads, divided by the runs that use the same cores.

    Each run holds a file locked as long as it lives. The number of threads changes how results are rounded, so that one
    which `OMP_NUM_THREADS` sets stays.
    """

    def __init__(self) -> None:
        self._lock: FileLock | None = None
        self._all = torch.get_num_threads()

    def attach(self, engine: Engine) -> None:
        """Attach to a trainer or an evaluator, before what computes; who catches an error has to call `leave`."""
        engine.add_event_handler(Events.STARTED, self.join)
        looks = Events.STARTED | Events.EPOCH_STARTED | Events.ITERATION_STARTED(every=STEPS_BETWEEN_LOOKS)
        engine.add_event_handler(looks, self.share)
        engine.add_event_handler(Events.COMPLETED, self.leave)

    def join(self) -> None:
        """Be counted, until `leave` or the end of this process; where no file can be locked, do without."""
        self.leave()
        try:
            folder = folder_of_user()
            _require_private(folder)
            lock = FileLock(
                folder / f"{os.getpid()}-{uuid.uuid4().hex}.run", fallback_to_soft=False, thread_local=False
            )
            lock.acquire(timeout=SECONDS_TO_LOCK)
        except (OSError, NotImplementedError) as error:
            logger.warning(
                f"trainings on the same cores cannot be counted ({error}); give each its share by {SET_BY_THE_USER}"
            )
            return
        self._lock = lock
        self._all = torch.get_num_threads()

    def share(self) -> None:
        """Take as many threads as are this run's share now."""
        if self._lock is None or SET_BY_THE_USER in os.environ:
            return
        with suppress(OSError):  # the folder is swept, for example: the share stays as it is
            self._take(sum(_competes(file) for file in Path(self._lock.lock_file).parent.glob("*-*.run")))

    def leave(self) -> None:
        """Be counted no more, and take all threads again."""
        if self._lock is not None:
            _remove(self._lock)
            self._lock = None
            torch.set_num_threads(self._all)

    def _take(self, others: int) -> None:
        threads = max(1, self._all // (1 + others))
        if threads == torch.get_num_threads():
            return
        torch.set_num_threads(threads)
        words = f"{1 + others} runs share these cores" if others else "no other run is on these cores any more"
        logger.info(f"{words}: {threads} of {self._all} threads for this one")


def folder_of_user() -> Path:
    """The folder in which the runs of this user on this machine are counted.

    Raises:
        OSError: there is no folder for temporary files.
    """
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"few-shot-dag-{user}-{platform.node()}"


def _require_private(folder: Path) -> None:
    """Make a folder that this user alone writes to; files in a folder of somebody else must not be touched."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if not hasattr(os, "getuid"):
        return
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o022:
        raise PermissionError(f"{folder} is not a folder that this user alone writes to")


def _competes(file: Path) -> bool:
    """Whether the run of a file lives, in another process that shares a core; what a killed one has left is removed."""
    process = int(file.name.partition("-")[0])
    if process == os.getpid():
        return False
    lock = FileLock(file, fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return not cores_of().isdisjoint(cores_of(process))
    _remove(lock)
    return False


def _remove(lock: FileLock) -> None:
    """Delete a file and unlock it; in this order a run that waits for it makes a new one."""
    with suppress(OSError):
        Path(lock.lock_file).unlink()
    lock.release()
