# SPDX-License-Identifier: Apache-2.0
"""Synthetic films a second on one core, DICOM writing included: `python benchmarks/synthetic_speed.py`."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from bundle.synthetic.sample import FILMS, SITES, Request, write_film


def main() -> None:
    """Print a table: films a second of processor time and of wall-clock time, and the first film's processor time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=40)
    parser.add_argument("--size", type=int, default=512)
    arguments = parser.parse_args()
    print(f"{'site':8} {'films/s (CPU)':>14} {'films/s (wall)':>15} {'first film, s':>14}")
    for site in SITES:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / FILMS).mkdir()
            request = Request(site, seed=0, size=arguments.size)
            start = time.process_time()
            write_film(request, Path(folder), ("training", 0))
            first = time.process_time() - start
            cpu, wall = time.process_time(), time.perf_counter()
            for index in range(1, arguments.films + 1):
                write_film(request, Path(folder), ("training", index))
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        print(f"{site:8} {arguments.films / cpu:14.1f} {arguments.films / wall:15.1f} {first:14.1f}")


if __name__ == "__main__":
    main()
