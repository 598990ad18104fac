# SPDX-License-Identifier: Apache-2.0
"""How often the acceptance test says yes, by how much better stage 2 truly is and by the number of validation films.

The films are random choices among the test films of two evaluations. The errors of the second one are scaled by one
factor, so that over all films it is better by the gain that is asked for. Prints `results/acceptance.csv`:

    python benchmarks/acceptance_rate.py runs/ceph/shots10_draw0/{dag,recommended}/evaluation/errors.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np
import torch
from monai.bundle import ConfigParser

from bundle.engines.film_errors import Errors, FilmErrors

FEW_SHOT = Path(__file__).resolve().parents[1] / "configs" / "few_shot.yaml"
GAINS_PERCENT = (16, 8, 4, 0, -4)
VALIDATION_FILMS = (5, 10, 15, 20, 30)
CHOICES = 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", help="errors.csv of stage 1")
    parser.add_argument("after", help="errors.csv of stage 2, of the same films")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    (films, before), (others, after) = read_errors(arguments.before), read_errors(arguments.after)
    if films != others:
        raise SystemExit(f"{arguments.after}: is of other films than {arguments.before}; give two of the same films")
    confidence = ConfigParser.load_config_file(FEW_SHOT)["accept_confidence"]
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["gain_percent", "validation_films", "accepted_percent"])
    for gain in GAINS_PERCENT:
        scaled = after * (1 - gain / 100) * before.nanmean() / after.nanmean()
        for number in VALIDATION_FILMS:
            accepted = accepted_share(before, scaled, number, confidence)
            rows.writerow([gain, number, f"{100 * accepted:.0f}"])


def read_errors(file: str) -> tuple[list[str], torch.Tensor]:
    """Names of N films, and their errors `[N, K]` in pixels, NaN where a landmark is unknown."""
    with Path(file).open(encoding="utf-8", newline="") as table:
        header, *lines = csv.reader(table)
    if "level_shift" in header:
        raise SystemExit(f"{file}: is of repeated parts, which are judged in another way; give errors of other films")
    landmarks = slice(header.index("failures") + 1, None)
    errors = [[float(cell) if cell else float("nan") for cell in line[landmarks]] for line in lines]
    return [line[0] for line in lines], torch.tensor(errors)


def accepted_share(before: torch.Tensor, after: torch.Tensor, films: int, confidence: float) -> float:
    """Share of random choices of so many films that the acceptance test says yes to."""
    generator = np.random.default_rng(0)
    test = FilmErrors(confidence)
    accepted = 0
    for _ in range(CHOICES):
        chosen = torch.from_numpy(generator.choice(len(before), films, replace=False))
        test.before, test.best = Errors(before[chosen], None), Errors(after[chosen], None)
        accepted += test.better
    return accepted / CHOICES


if __name__ == "__main__":
    main()
