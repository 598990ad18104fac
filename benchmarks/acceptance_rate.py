# SPDX-License-Identifier: Apache-2.0
"""How often the acceptance test says yes, by how much better stage 2 truly is and by the number of validation films.

The films are random choices among the test films of two evaluations. The errors of the second one are scaled by one
factor, so that over all films it is better by the gain that is asked for. Shares are means over pairs of evaluations.
Prints `results/acceptance.csv`:

    python benchmarks/acceptance_rate.py runs/ceph/shots10_draw{0,1,2}/{dag,recommended}/evaluation/errors.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from statistics import mean

import numpy as np
import torch
from monai.bundle import ConfigParser

from bundle.engines.film_errors import Errors, FilmErrors

FEW_SHOT = Path(__file__).resolve().parents[1] / "configs" / "few_shot.yaml"
GAINS_PERCENT = (16, 8, 4, 0, -4)
VALIDATION_FILMS = (5, 10, 15, 20, 30)
CHOICES = 400


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("errors", nargs="+", help="errors.csv of stage 1 and of stage 2, of the same films, in pairs")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    pairs = [read_pair(*pair) for pair in zip(arguments.errors[::2], arguments.errors[1::2], strict=True)]
    confidence = ConfigParser.load_config_file(FEW_SHOT)["accept_confidence"]
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["gain_percent", "validation_films", "accepted_percent"])
    for gain in GAINS_PERCENT:
        for films in VALIDATION_FILMS:
            shares = [accepted_share(before, scaled(before, after, gain), films, confidence) for before, after in pairs]
            rows.writerow([gain, films, f"{100 * mean(shares):.0f}"])


def read_pair(first: str, second: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Errors `[N, K]` of the same N films before and after stage 2."""
    (films, before), (others, after) = read_errors(first), read_errors(second)
    if films != others:
        raise SystemExit(f"{second}: is of other films than {first}; give two of the same films")
    return before, after


def scaled(before: torch.Tensor, after: torch.Tensor, gain: float) -> torch.Tensor:
    """Errors after stage 2 that are better by so many percent, over all films."""
    return after * (1 - gain / 100) * before.nanmean() / after.nanmean()


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
