# SPDX-License-Identifier: Apache-2.0
"""How often the acceptance test says yes, by how much better stage 2 truly is and by the number of validation films.

The films are random choices among the test films of two evaluations. The errors of the second one are scaled by one
factor, so that over all films it is better by the gain that is asked for. Shares are means over pairs of evaluations.
Prints `results/acceptance.csv`:

    python benchmarks/acceptance_rate.py runs/ceph/shots10_draw{0,1,2}/{dag,recommended}/evaluation
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
from bundle.evaluation.reader import read_evaluation

FEW_SHOT = Path(__file__).resolve().parents[1] / "configs" / "few_shot.yaml"
GAINS_PERCENT = (16, 8, 4, 0, -4)
VALIDATION_FILMS = (5, 10, 15, 20, 30)
CHOICES = 400


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="evaluations of stage 1 and of stage 2, in pairs")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    pairs = [read_pair(*pair) for pair in zip(arguments.folders[::2], arguments.folders[1::2], strict=True)]
    confidence = ConfigParser.load_config_file(FEW_SHOT)["accept_confidence"]
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["gain_percent", "validation_films", "accepted_percent"])
    for gain in GAINS_PERCENT:
        for films in VALIDATION_FILMS:
            shares = [accepted_share(before, scaled(before, after, gain), films, confidence) for before, after in pairs]
            rows.writerow([gain, films, f"{100 * mean(shares):.0f}"])


def read_pair(first: Path, second: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Errors `[N, K]` in pixels of the same N films before and after stage 2, NaN where a landmark is unknown."""
    before, after = read_evaluation(first), read_evaluation(second)
    if before.films != after.films:
        raise SystemExit(f"{second}: is of other films than {first}; give two of the same films")
    if "levels" in before.metrics:
        raise SystemExit(f"{first}: is of repeated parts, which are judged in another way; give one of other films")
    return torch.from_numpy(before.pixels), torch.from_numpy(after.pixels)


def scaled(before: torch.Tensor, after: torch.Tensor, gain: float) -> torch.Tensor:
    """Errors after stage 2 that are better by so many percent, over all films."""
    return after * (1 - gain / 100) * before.nanmean() / after.nanmean()


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
