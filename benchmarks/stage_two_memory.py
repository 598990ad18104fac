# SPDX-License-Identifier: Apache-2.0
"""Peak memory of stage 2 with a small and a large pool of unlabelled films, every film of the large one seen once.

    python benchmarks/stage_two_memory.py DATASET_DIR --stage1 runs/mine --pools 100 5000

The pools are copies (hard links) of the films of a data folder under other names: the trainer knows them as films of
their own. Both runs have as many steps. The method is the temporal ensemble, which remembers every film.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
BATCH = 8


def main() -> None:
    """Measure each pool in a process of its own and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder with dataset.json")
    parser.add_argument("--stage1", type=Path, required=True, help="run folder of stage 1, small preset")
    parser.add_argument("--shots", type=int, default=10)
    parser.add_argument("--pools", type=int, nargs="+", default=[100, 5000])
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.dataset_dir, arguments.stage1, arguments.shots, max(arguments.pools))
        return
    print("unlabelled films   peak memory, MiB")
    for films in arguments.pools:
        with tempfile.TemporaryDirectory(dir=arguments.dataset_dir.parent) as folder:
            make_pool(arguments.dataset_dir, Path(folder), films)
            words = [sys.executable, __file__, folder, "--stage1", str(arguments.stage1), "--measure", str(films)]
            words += ["--shots", str(arguments.shots), "--pools", *map(str, arguments.pools)]
            done = subprocess.run(words, check=True, capture_output=True, text=True)
            print(f"{films:16}   {done.stdout.splitlines()[-1]:>16}")


def make_pool(source: Path, folder: Path, films: int) -> None:
    """Make a data folder whose unlabelled films are links to the training films of another, again and again."""
    document = json.loads((source / "dataset.json").read_text())
    for split in ("training", "validation", "test"):
        for film in document[split]:
            (folder / film["image"]).parent.mkdir(parents=True, exist_ok=True)
            os.link(source / film["image"], folder / film["image"])
    document["unlabeled"] = []
    for index in range(films):
        image = Path(document["training"][index % len(document["training"])]["image"])
        name = f"pool/{index:06}{image.suffix}"
        (folder / "pool").mkdir(exist_ok=True)
        os.link(source / image, folder / name)
        document["unlabeled"].append({"image": name})
    (folder / "dataset.json").write_text(json.dumps(document))


def measure(dataset_dir: Path, stage1: Path, shots: int, largest: int) -> None:
    """Train as long as a pass over the largest pool takes, and print this process's peak memory in MiB."""
    from monai.bundle import ConfigWorkflow

    names = ("train.json", "small.yaml", "few_shot.yaml", "methods/temporal_ensemble.yaml")
    workflow = ConfigWorkflow(
        [str(CONFIGS / name) for name in names],
        workflow_type="train",
        logging_file=False,
        dataset_dir=str(dataset_dir),
        stage1=str(stage1),
        shots=shots,
        output_dir=str(dataset_dir / "run"),
        model_file=str(dataset_dir / "model.pt"),
        batch_size=BATCH,
        epoch_length=largest // BATCH + 20,
        max_epochs=1,
        val_interval=1,
    )
    workflow.initialize()
    workflow.run()
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")


if __name__ == "__main__":
    main()
