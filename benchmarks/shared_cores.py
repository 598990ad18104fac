# SPDX-License-Identifier: Apache-2.0
"""How long two trainings take that are started at once on the same cores, against one that is alone.

Three times, one after another: one training; two, which find each other and share the cores; and two with as many
threads each as there are cores, which `OMP_NUM_THREADS` forces and no share changes.

    python benchmarks/shared_cores.py DATASET_DIR
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PRESET = Path(__file__).resolve().parents[1] / "configs" / "presets" / "cpu.yaml"


def seconds(dataset_dir: str, trainings: int, steps: int, environment: dict[str, str]) -> float:
    """Start some trainings at once and wait for the last, of as many steps each; returns the seconds."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        running = []
        for number in range(trainings):
            words = [sys.executable, "-m", "monai.bundle", "run", "--args_file", str(PRESET)]
            words += ["--dataset_dir", dataset_dir, "--output_dir", f"{folder}/{number}"]
            words += ["--model_file", f"{folder}/{number}.pt", "--cache_dir", f"{folder}/cache{number}"]
            words += ["--epoch_length", str(steps), "--max_epochs", "1", "--val_interval", "1"]
            with open(f"{folder}/{number}.log", "wb") as log:
                running.append(subprocess.Popen(words, env=environment, stdout=log, stderr=log))
        codes = [training.wait() for training in running]
        for number, code in enumerate(codes):
            if code:
                raise SystemExit(Path(f"{folder}/{number}.log").read_text()[-2000:])
        return time.monotonic() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", help="folder with dataset.json")
    parser.add_argument("--steps", type=int, default=200, help="of each training")
    arguments = parser.parse_args()
    free = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    forced = {**free, "OMP_NUM_THREADS": str(os.cpu_count())}
    measure = [("one alone", 1, free), ("two that share", 2, free), ("two with all threads each", 2, forced)]
    alone = None
    for words, trainings, environment in measure:
        taken = seconds(arguments.dataset_dir, trainings, arguments.steps, environment)
        alone = alone or taken
        print(f"{words:26} {taken:6.1f} s   {taken / alone:.2f} of one alone", flush=True)


if __name__ == "__main__":
    main()
