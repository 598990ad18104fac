# SPDX-License-Identifier: Apache-2.0
"""Seconds per film of inference end to end against the bare forward, and where the rest of the time goes.

End to end is the evaluator of configs/inference.json: read the file, letterbox, network, JSON and overlay. The bare
forward is the same network on the same films as tensors in memory. The two alternate in one process.

    OMP_NUM_THREADS=2 python benchmarks/inference_speed.py FILMS --checkpoint models/model.pt --threads 2
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from monai.bundle import ConfigWorkflow
from monai.data import decollate_batch, list_data_collate
from monai.transforms import Compose

CONFIG = Path(__file__).resolve().parents[1] / "configs" / "inference.json"


def seconds(work: Callable[[], Any]) -> float:
    """Time some work, a GPU's included."""
    start = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start


def stages(workflow: ConfigWorkflow, films: Sequence[dict]) -> dict[str, float]:
    """Seconds per film of each stage, one stage after the other over all films, in batches of `batch_size`."""
    get = workflow.parser.get_parsed_content
    read, *prepare = get("preprocessing").transforms
    network, device, size = get("network"), get("device"), get("batch_size")
    writer = get("writer")
    loaded: list[dict] = []
    items: list[dict] = []
    done: list[dict] = []

    def forward() -> None:
        for start in range(0, len(items), size):
            batch = list_data_collate(items[start : start + size])
            batch["pred"] = network(batch["image"].to(device))
            done.extend(decollate_batch(batch))

    def write() -> None:
        restored = [get("postprocessing")(item) for item in done]
        writer(argparse.Namespace(state=argparse.Namespace(batch=restored, output=restored)))

    work = {
        "read": lambda: loaded.extend(read(film) for film in films),
        "scale and letterbox": lambda: items.extend(Compose(prepare)(film) for film in loaded),
        "collate, network": forward,
        "JSON and overlay": write,
    }
    return {name: seconds(stage) / len(films) for name, stage in work.items()}


@torch.no_grad()
def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("films", help="a film or a folder of films")
    parser.add_argument("--checkpoint", required=True, help="weights of a run, its card beside it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory() as folder:
        workflow = ConfigWorkflow(
            str(CONFIG),
            workflow_type="infer",
            logging_file=False,
            dataset_dir=arguments.films,
            checkpoint=arguments.checkpoint,
            output_dir=folder,
        )
        workflow.initialize()
        get = workflow.parser.get_parsed_content
        network, evaluator, device = get("network").eval(), get("evaluator"), get("device")
        films = get("dataset").data
        batches = [batch["image"].to(device) for batch in get("dataloader")]
        rounds = []
        for _ in range(arguments.repeats + 1):
            whole = seconds(evaluator.run) / len(films)
            bare = seconds(lambda: [network(batch) for batch in batches]) / len(films)
            rounds.append({"end to end": whole, "bare forward": bare, **stages(workflow, films)})
    side = batches[0].shape[-1]
    print(f"{len(films)} films, {side} px, {arguments.threads} threads; ms a film    median      min      max")
    for name in rounds[0]:
        times = [1000 * measured[name] for measured in rounds[1:]]  # the first round warms up
        print(f"{name:45s} {statistics.median(times):8.2f} {min(times):8.2f} {max(times):8.2f}")


if __name__ == "__main__":
    main()
