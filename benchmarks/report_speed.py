# SPDX-License-Identifier: Apache-2.0
"""CPU time from a film to its DICOM report against that to its JSON, as a ratio within one run.

The two alternate in one process, film by film, so that both meet the same load of the machine.

    OMP_NUM_THREADS=1 python benchmarks/report_speed.py FILMS --checkpoint runs/mine
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch

from bundle.films.film_folder import find_films
from bundle.outputs.outputs import make_outputs
from bundle.predictor import Predictor

OUTPUTS = ("json", "dicom_sr")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("films", help="a DICOM film or a folder of them")
    parser.add_argument("--checkpoint", required=True, help="weights of a run, its card beside it")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    predictor = Predictor(arguments.checkpoint, "cpu")
    films = [film["path"] for film in find_films(arguments.films)]
    seconds: dict[str, list[float]] = {name: [] for name in OUTPUTS}
    with tempfile.TemporaryDirectory() as folder:
        outputs = make_outputs(OUTPUTS, Path(folder))
        for repeat in range(arguments.repeats + 1):
            for film in films:
                for name in OUTPUTS:
                    start = time.process_time()
                    outputs[name](predictor(film))
                    if repeat:  # the first warms up
                        seconds[name].append(time.process_time() - start)
    ratios = [report / json for json, report in zip(*seconds.values(), strict=True)]
    for name, times in seconds.items():
        print(f"film to {name}: {1000 * statistics.median(times):.0f} ms CPU")
    print(f"film to report / film to JSON: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
