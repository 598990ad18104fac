# SPDX-License-Identifier: Apache-2.0
"""Rows of `results/levels.csv` from a comparison on repeated parts: every training, with and without the films named.

A film is named if `bundle check --pixels` has a remark on its labels. Prints the rows:

    python benchmarks/level_rows.py data/spine runs/spine --run spine_parts
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import pandas as pd
from add_run import read

from bundle.comparison.methods import MEAN_SHAPE, METHODS, PARTS
from bundle.dataset.description import read_dataset
from bundle.dataset.suspicious import suspicious_films
from bundle.run_folder import EVALUATION, MEAN_SHAPE_EVALUATION

STAGE_2 = {method.key for method in METHODS if method.stage == 2}


def main() -> None:
    """Read and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder with dataset.json")
    parser.add_argument("folder", type=Path, help="--out of bundle compare")
    parser.add_argument("--run", required=True, help="its name in runs.csv")
    arguments = parser.parse_args()
    named = named_films(arguments.dataset_dir)
    rows = csv.writer(sys.stdout, lineterminator="\n")
    for row in (row for row in read(arguments.folder / "draws.csv") if row["best_level_px"]):
        place = [row[name] for name in ("shots", "draw", "method")]
        cell = arguments.folder / f"shots{row['shots']}_draw{row['draw']}"
        mean_shape = row["method"] == MEAN_SHAPE.key
        evaluation = cell / PARTS.key / MEAN_SHAPE_EVALUATION if mean_shape else cell / row["method"] / EVALUATION
        whole = [f"{float(row[name]):.2f}" for name in ("mean_px", "best_level_px")]
        level = f"{100 * float(row['right_level']):.1f}"
        accepted = row["accepted"].lower() if row["method"] in STAGE_2 else ""
        told = [level, f"{float(row['cobb_smape']):.1f}", *without(evaluation / "errors.csv", named), accepted]
        rows.writerow([arguments.run, *place, *whole, "px", *told])


def named_films(dataset_dir: Path) -> set[str]:
    """Names of the films on whose labels `check` has a remark."""
    remarks = suspicious_films(dataset_dir, read_dataset(dataset_dir), pixels=True)
    return {remark.partition(": ")[0] for remark in remarks}


def without(errors: Path, named: set[str]) -> list[str]:
    """Error at the best level in pixels and films at the right level in per cent, of the films that are not named."""
    films = pd.read_csv(errors, dtype={"name": str})
    others = films[~films["name"].isin(named)]
    return [f"{others['best_level_error_px'].mean():.2f}", f"{100 * (others['level_shift'] == 0).mean():.1f}"]


if __name__ == "__main__":
    main()
