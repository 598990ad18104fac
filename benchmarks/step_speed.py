# SPDX-License-Identifier: Apache-2.0
"""Seconds per training step: the trainer of configs/train.json + configs/small.yaml (+ overlays) against a bare loop.

The bare loop does forward, loss, backward and optimiser step of a copy of the same network on one batch in memory.
Blocks of both alternate in one process, so that a busy machine slows both alike.

    OMP_NUM_THREADS=2 python benchmarks/step_speed.py DATASET_DIR --threads 2

On a busy machine `--threads 1 --cpu` counts this process's CPU time instead, which the others hardly disturb.

The trainer's steps hold reading from the disk cache, augmentation, collation, handlers and the end of an epoch;
validation and checkpoints, which come every `val_interval` epochs, are left out.
"""

from __future__ import annotations

import argparse
import copy
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from ignite.engine import Engine, Events
from monai.bundle import ConfigWorkflow

CONFIGS = Path(__file__).resolve().parents[1] / "configs"


class BareLoop:
    """Forward, loss, backward and optimiser step of a copy of the workflow's network on one batch of its loader."""

    def __init__(self, workflow: ConfigWorkflow, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.network = copy.deepcopy(workflow.network_def)
        self.loss_function = workflow.parser.get_parsed_content("train#loss_function")
        self.optimizer = torch.optim.Adam(self.network.parameters(), weight_decay=1e-4)
        batch = next(iter(workflow.parser.get_parsed_content("train#dataloader")))
        device = workflow.parser.get_parsed_content("device")
        self.image, self.label = batch["image"].to(device), batch["label"].to(device)

    def __call__(self, steps: int) -> float:
        """Return the seconds per step."""
        self.network.train()
        start = self.clock()
        for _ in range(steps):
            self.optimizer.zero_grad(set_to_none=True)
            self.loss_function(self.network.forward_training(self.image), self.label)["loss"].backward()
            self.optimizer.step()
        if self.image.is_cuda:
            torch.cuda.synchronize()
        return (self.clock() - start) / steps


class Alternate:
    """After each epoch of the trainer, a block of the bare loop; keeps the seconds per step of both."""

    def __init__(self, bare: BareLoop, steps: int) -> None:
        self.bare, self.steps = bare, steps
        self.trainer_seconds: list[float] = []
        self.bare_seconds: list[float] = []

    def attach(self, engine: Engine) -> None:
        """Attach to the trainer, after all its other handlers."""
        engine.add_event_handler(Events.EPOCH_STARTED(once=1), self._start)
        engine.add_event_handler(Events.EPOCH_COMPLETED, self._epoch_completed)

    def _start(self, _engine: Engine) -> None:
        self._resumed = self.bare.clock()

    def _epoch_completed(self, _engine: Engine) -> None:
        self.trainer_seconds.append((self.bare.clock() - self._resumed) / self.steps)
        self.bare_seconds.append(self.bare(self.steps))
        self._resumed = self.bare.clock()


def figures(values: list[float], scale: float = 1.0) -> str:
    """Median, smallest and largest of some values."""
    return "  ".join(f"{scale * figure(values):8.3f}" for figure in (statistics.median, min, max))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", help="folder with dataset.json")
    parser.add_argument("--configs", nargs="+", default=["train.json", "small.yaml"], help="files of configs/")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--blocks", type=int, default=9, help="blocks of each kind that count")
    parser.add_argument("--steps", type=int, default=20, help="steps of a block, an epoch of the trainer")
    parser.add_argument("--cpu", action="store_true", help="count CPU time, not the clock on the wall")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory() as folder:
        workflow = ConfigWorkflow(
            [str(CONFIGS / name) for name in arguments.configs],
            workflow_type="train",
            logging_file=False,
            dataset_dir=arguments.dataset_dir,
            output_dir=f"{folder}/run",
            model_file=f"{folder}/model.pt",
            epoch_length=arguments.steps,
            max_epochs=arguments.blocks + 2,  # the first warms up, the last writes a checkpoint
            val_interval=arguments.blocks + 2,
        )
        workflow.initialize()
        clock = time.process_time if arguments.cpu else time.perf_counter
        timing = Alternate(BareLoop(workflow, clock), arguments.steps)
        timing.attach(workflow.trainer)
        workflow.run()
    trainer, bare = timing.trainer_seconds[1:-1], timing.bare_seconds[1:-1]
    print(f"128 px, batch 8, {arguments.threads} threads: median, min, max")
    print(f"trainer, ms a step    {figures(trainer, 1000)}")
    print(f"bare loop, ms a step  {figures(bare, 1000)}")
    print(f"trainer / bare loop   {figures([step / loop for step, loop in zip(trainer, bare, strict=True)])}")


if __name__ == "__main__":
    main()
