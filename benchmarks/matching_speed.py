# SPDX-License-Identifier: Apache-2.0
"""CPU time of matching a view at the scales of `recommended`, with the backbone's weights in both memory formats.

    OMP_NUM_THREADS=1 python benchmarks/matching_speed.py

`warmed_up` keeps them channels last. A backbone of random weights takes as long as a trained one. Rounds of the formats
take turns.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch
from torch.nn.utils import convert_conv2d_weight_memory_format

from bundle.networks import TemplateMatching

FORMATS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}
LANDMARKS = 19
REACH = 0.2


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image_size", type=int, default=128)
    parser.add_argument("--backbone", default="hrnet_small")
    parser.add_argument("--scales", type=int, nargs="+", default=[4, 5])
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = TemplateMatching(LANDMARKS, arguments.backbone).eval()
    view = torch.rand(1, 1, arguments.image_size, arguments.image_size)
    vertices = torch.rand(1, LANDMARKS, 2)
    seconds: dict[str, list[float]] = {name: [] for name in FORMATS}
    for _ in range(arguments.rounds):
        for name, memory_format in FORMATS.items():
            convert_conv2d_weight_memory_format(network, memory_format)
            seconds[name].append(matching_seconds(network, arguments.scales, view, vertices))
    for name, times in seconds.items():
        middle, least, most = (1000 * figure for figure in (statistics.median(times), min(times), max(times)))
        print(f"{name:14} {middle:6.1f} ms a view ({least:.1f} to {most:.1f})")
    print(f"ratio {statistics.median(seconds['channels last']) / statistics.median(seconds['contiguous']):.2f}")


@torch.no_grad()
def matching_seconds(network: TemplateMatching, scales: list[int], view: torch.Tensor, vertices: torch.Tensor) -> float:
    """CPU time of one view at all scales, after one that is not counted."""
    matchings = [network.at_scale(scale) for scale in scales]
    for _ in range(2):
        start = time.process_time()
        for matching in matchings:
            matching.match_near(view, vertices, REACH / matching.scale)
    return time.process_time() - start


if __name__ == "__main__":
    main()
