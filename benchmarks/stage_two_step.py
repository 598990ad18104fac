# SPDX-License-Identifier: Apache-2.0
"""Seconds per step of stage 2: steps on unlabelled films against steps on labelled ones, in turn in one run.

    OMP_NUM_THREADS=2 python benchmarks/stage_two_step.py DATASET_DIR --stage1 runs/mine --method few_shot_dag_js

A step holds reading from the disk cache, augmentation, collation, forward, backward and optimiser step. Two forwards
and a backward over a forward and a backward is 4/3, if a backward costs two forwards. On a busy machine `--cpu` counts
this process's CPU time.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from ignite.engine import Engine, Events
from monai.bundle import ConfigWorkflow

from bundle.loading.unlabelled_batch import UnlabelledBatch

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
WARM = 10  # steps of each kind that do not count


class StepClock:
    """Seconds of each step, from asking for its batch to its end, by whether the batch was labelled."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.seconds: dict[bool, list[float]] = {True: [], False: []}

    def attach(self, engine: Engine) -> None:
        """Attach to the trainer."""
        engine.add_event_handler(Events.GET_BATCH_STARTED, self._start)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._stop)

    def _start(self, _engine: Engine) -> None:
        self.started = self.clock()

    def _stop(self, engine: Engine) -> None:
        self.seconds[not isinstance(engine.state.batch, UnlabelledBatch)].append(self.clock() - self.started)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", help="folder with dataset.json")
    parser.add_argument("--stage1", required=True, help="run folder of stage 1 at 128 pixels, small preset")
    parser.add_argument("--shots", type=int, default=10)
    parser.add_argument("--method", default="few_shot_dag_js")
    parser.add_argument("--warm_up", help="run folder of a warm-up, for --method recommended")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--cpu", action="store_true", help="count CPU time, not the clock on the wall")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    names = ("train.json", "small.yaml", "few_shot.yaml", f"methods/{arguments.method}.yaml")
    timing = StepClock(time.process_time if arguments.cpu else time.perf_counter)
    with tempfile.TemporaryDirectory() as folder:
        workflow = ConfigWorkflow(
            [str(CONFIGS / name) for name in names],
            workflow_type="train",
            logging_file=False,
            dataset_dir=arguments.dataset_dir,
            stage1=arguments.stage1,
            shots=arguments.shots,
            output_dir=f"{folder}/run",
            model_file=f"{folder}/model.pt",
            ratio=1,
            epoch_length=arguments.steps,
            max_epochs=1,
            val_interval=1,
            **({"warm_up": arguments.warm_up} if arguments.warm_up else {}),
        )
        workflow.initialize()
        timing.attach(workflow.trainer)
        workflow.run()
    medians = {kind: statistics.median(seconds[WARM:]) for kind, seconds in timing.seconds.items()}
    print(f"{arguments.method}, 128 px, batch 8, {arguments.threads} threads, medians")
    print(f"labelled, ms a step    {1000 * medians[True]:8.1f}")
    print(f"unlabelled, ms a step  {1000 * medians[False]:8.1f}")
    print(f"unlabelled / labelled  {medians[False] / medians[True]:8.2f}")


if __name__ == "__main__":
    main()
