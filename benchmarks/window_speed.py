# SPDX-License-Identifier: Apache-2.0
"""Seconds of windows against what they stand beside: the graph's own forward pass, and deforming a whole film.

Example: python benchmarks/window_speed.py
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from monai.networks.utils import eval_mode

from bundle.networks import RandWindows, WindowedGraph
from bundle.transforms import RandDeformd

LANDMARKS, SIDE = 19, 512
DRAWN = {"jitter": 0.007, "rotate": 20, "scale": (0.83, 1.2), "anisotropy": 1.15, "elastic": 0.004}
EXPOSED = {"intensity_prob": 0.8, "gamma": (0.6, 1.7), "contrast": 0.3, "brightness": 0.15}


def seconds(work: Callable[[], object]) -> float:
    """Of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@torch.no_grad()
def main() -> None:
    """Measure in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    drawn = RandWindows(**DRAWN, **EXPOSED)
    network = WindowedGraph(LANDMARKS, {"name": "DeepAdaptiveGraph", "backbone": "hrnet_small"}, rand_windows=drawn)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    film = torch.rand(1, 1, SIDE, SIDE)
    copy = torch.nn.functional.avg_pool2d(film, network.reduction)
    vertices = torch.rand(1, LANDMARKS, 2) * SIDE
    deform = RandDeformd("image", elastic=0.03, anisotropy=1.1)
    item = {"image": film[0], "label": vertices[0]}
    work = {
        "graph alone": lambda: network.coarse(copy),
        "graph and windows": lambda: network(film),
        "deform a film": lambda: deform(item),
        "draw and cut windows": lambda: drawn.exposed(drawn.around(vertices, SIDE, network.window).cut(film)),
    }
    taken: dict[str, list[float]] = {name: [] for name in work}
    with eval_mode(network):
        for _ in range(arguments.rounds):
            for name, call in work.items():
                taken[name].append(seconds(call))
    medians = {name: statistics.median(times[2:]) for name, times in taken.items()}
    for name, median in medians.items():
        print(f"{name:22} {1000 * median:7.1f} ms")
    print(f"windows and graph / graph    {medians['graph and windows'] / medians['graph alone']:5.1f}")
    print(f"cut windows / deform a film  {medians['draw and cut windows'] / medians['deform a film']:5.2f}")


if __name__ == "__main__":
    main()
