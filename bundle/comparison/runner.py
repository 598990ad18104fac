# SPDX-License-Identifier: Apache-2.0
"""Trains and evaluates the cells that are missing, several at a time, each on the device whose turn it is."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import NamedTuple

from bundle.comparison.cells import Cell
from bundle.comparison.processes import Processes, interrupted_by_termination, only_comparison
from bundle.comparison.progress import Progress
from bundle.cores import cores_of
from bundle.errors import BundleError, ConfigurationError
from bundle.evaluation.evaluation import headline
from bundle.evaluation.reader import read_evaluation
from bundle.run_folder import Trained, has_checkpoint, write_trained

CPU = "cpu"
SECONDS_BETWEEN_LOOKS = 2.0


class Failure(NamedTuple):
    """A cell that has no result, and the sentence that says why."""

    cell: Cell
    sentence: str


def devices_named(words: str) -> list[str]:
    """Resolve `auto` (every GPU, else the CPU), `cpu`, or numbers of GPUs separated by commas.

    Returns:
        What `CUDA_VISIBLE_DEVICES` calls the GPUs, or "cpu".

    Raises:
        ConfigurationError: there is no such device.
    """
    import torch

    count = torch.cuda.device_count()
    visible = os.environ.get("CUDA_VISIBLE_DEVICES") or ",".join(map(str, range(count)))
    known = {str(number): name for number, name in zip(range(count), visible.split(","), strict=False)}
    if words == "auto":
        return list(known.values()) or [CPU]
    devices = [word.strip() for word in words.split(",")]
    for device in devices:
        if device not in (CPU, *known):
            there = f"GPUs {', '.join(known)}" if known else "no GPU"
            raise ConfigurationError(f"--devices: there is no device {device!r}; give cpu or numbers, there is {there}")
    return [known.get(device, CPU) for device in devices]


def environment_on(device: str, workers: int = 1) -> dict[str, str]:
    """Environment of a process that shall see one device alone; several workers get their shares of the cores.

    More threads than cores would wait for each other in turns, each of them busy while it waits.

    Args:
        device: "cpu" or what `CUDA_VISIBLE_DEVICES` calls a GPU.
        workers: how many processes run at a time.
    """
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "" if device == CPU else device}
    if workers > 1:
        environment.setdefault("OMP_NUM_THREADS", str(max(1, len(cores_of()) // workers)))
    return environment


def run_cells(
    cells: Sequence[Cell],
    workers: int,
    devices: Sequence[str],
    changed: Callable[[], object] = lambda: None,
    announce: Callable[[Sequence[str]], object] = lambda words: None,
) -> list[Failure]:
    """Do what is missing of the cells, stage 1 before what starts from it; a cell that fails ends no other.

    Args:
        cells: the work of one comparison, with all that its cells need.
        workers: how many to run at a time.
        devices: "cpu" or numbers of GPUs; the workers take them in turn.
        changed: called after each cell.
        announce: is told the words of every command before it is run.

    Returns:
        The cells that failed, and those that could not start without them.

    Raises:
        ConfigurationError: another comparison works in the folder.
        KeyboardInterrupt: Ctrl-C or SIGTERM; the processes have been ended.
    """
    missing = [cell for cell in cells if not cell.done]
    progress = Progress(len(cells), len(cells) - len(missing))
    try:
        with only_comparison(cells[0].plan.out), interrupted_by_termination():
            return _Run(missing, Processes(announce), workers, devices, progress, changed).run()
    finally:
        progress.close()


class _Run:
    """The cells on their way: waiting, running, failed."""

    def __init__(
        self,
        waiting: list[Cell],
        processes: Processes,
        workers: int,
        devices: Sequence[str],
        progress: Progress,
        changed: Callable[[], object],
    ) -> None:
        self.waiting = waiting
        self.processes = processes
        self.workers = workers
        self.places = deque(devices[index % len(devices)] for index in range(workers))
        self.progress = progress
        self.changed = changed
        self.running: dict[Future[str], tuple[Cell, str]] = {}
        self.failures: list[Failure] = []

    def run(self) -> list[Failure]:
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                while self.waiting or self.running:
                    self._start(pool)
                    self.progress.tick([cell for cell, _ in self.running.values()])
                    done, _ = wait(self.running, SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
                    for future in done:
                        self._finish(future)
            except BaseException:
                self.processes.end()
                raise
        return self.failures

    def _start(self, pool: ThreadPoolExecutor) -> None:
        """Start the cells that can be, in order, as long as there are places for them."""
        failed = {failure.cell for failure in self.failures}
        for cell in self._in_turn():
            lost = [needed for needed in cell.needs if needed in failed]
            if lost:
                self.waiting.remove(cell)
                self._fail(cell, f"not begun, since {lost[0]} failed")
            elif cell.method.stage == 2 and cell.diverged and not cell.plan.accepts_unconverged:
                self.waiting.remove(cell)
                self.progress.finished(cell, "not begun, since stage 1 did not converge")
            elif cell.method.is_warm_up and not any(cell in other.needs for other in self.waiting):
                self.waiting.remove(cell)
                self.progress.finished(cell, "not begun, since no method waits for it")
            elif self.places and all(needed.trained for needed in cell.needs):
                self.waiting.remove(cell)
                place = self.places.popleft()
                self.progress.started(cell)
                self.running[pool.submit(self._complete, cell, place)] = cell, place

    def _in_turn(self) -> list[Cell]:
        """The waiting cells in order, but a warm-up last until a stage 1 that converged waits for it."""
        wanted = {cell.method.warm_up for cell in self.waiting if cell.source.trained and not cell.diverged}
        return sorted(self.waiting, key=lambda cell: cell.method.is_warm_up and cell.method not in wanted)

    def _complete(self, cell: Cell, device: str) -> str:
        """Train and evaluate a cell, as far as that is not done; returns its figures in a sentence."""
        environment = environment_on(device, self.workers)
        if not cell.trained:
            start, resumed = time.monotonic(), has_checkpoint(cell.folder)
            self.processes.run(cell.training_command(), cell.log, environment)
            minutes = round((time.monotonic() - start) / 60, 1)
            write_trained(cell.folder, Trained(minutes, resumed))
        if cell.done:
            return "trained"
        self.processes.run(cell.evaluation_command(), cell.log, environment)
        return headline(read_evaluation(cell.evaluation).metrics)

    def _finish(self, future: Future[str]) -> None:
        cell, place = self.running.pop(future)
        self.places.append(place)
        try:
            self.progress.finished(cell, future.result())
        except (BundleError, OSError) as error:
            self._fail(cell, f"{error} (log: {cell.log})")
        self.changed()

    def _fail(self, cell: Cell, sentence: str) -> None:
        self.failures.append(Failure(cell, sentence))
        self.progress.finished(cell, f"failed: {sentence}")
