# SPDX-License-Identifier: Apache-2.0
"""Take the tables of a comparison over into `results/`: draws.csv, summary.csv and differences.csv.

    python benchmarks/add_run.py runs/ceph --run ceph

Rows of the same run, number of labelled films and method are replaced. The run has its own line in `results/runs.csv`.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from bundle.comparison.methods import METHODS
from bundle.files import write_text
from bundle.run_folder import CONFIG, IDENTITY

RESULTS = Path(__file__).resolve().parent / "results"
KEYS = [method.key for method in METHODS]
UNLABELLED = {method.key for method in METHODS if method.takes_unlabelled}
RADII_MM = ("2", "2.5", "3", "4")

Row = dict[str, str]


def main() -> None:
    """Read, convert and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="--out of bundle compare")
    parser.add_argument("--run", required=True, help="its name in runs.csv")
    arguments = parser.parse_args()
    folder = arguments.folder
    trained = read(folder / "draws.csv")
    for row in trained:
        if row["state"] != "done":
            print(f"left out: {row['method']}, {row['shots']} labelled films, draw {row['draw']}: {row['state']}")
    found = {
        "draws": [draw(row, folder) for row in trained if row["state"] == "done"],
        "summary": [mean(row) for row in read(folder / "summary.csv")],
        "differences": [difference(row) for row in read(folder / "differences.csv")],
    }
    files = {RESULTS / f"{name}.csv": with_run(name, arguments.run, rows) for name, rows in found.items()}
    for file, content in files.items():
        write_text(file, content)


def read(file: Path) -> list[Row]:
    """The rows of a table."""
    with file.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def with_run(name: str, run: str, found: Sequence[Row]) -> str:
    """One file of the results with rows of a run replaced; those of other runs stay as they are."""
    new = [{"run": run, **row} for row in found]
    replaced = {(row["shots"], row["method"]) for row in new}
    file = RESULTS / f"{name}.csv"
    old, columns = read(file), file.read_text(encoding="utf-8").splitlines()[0].split(",")
    own = [row for row in old if row["run"] == run]
    kept = [row for row in own if (row["shots"], row["method"]) not in replaced]
    start = old.index(own[0]) if own else len(old)
    before, after = ([row for row in part if row["run"] != run] for part in (old[:start], old[start:]))
    written = io.StringIO()
    table = csv.DictWriter(written, columns, lineterminator="\n")
    table.writeheader()
    table.writerows([*before, *sorted([*kept, *new], key=_place), *after])
    return written.getvalue()


def draw(row: Row, folder: Path) -> Row:
    """One training on one draw."""
    place = {name: row[name] for name in ("shots", "draw", "method")}
    identity = folder / f"shots{row['shots']}_draw{row['draw']}" / row["method"] / IDENTITY
    pool = _read_json(identity)["films"]["unlabelled"]["count"] if row["method"] in UNLABELLED else 0
    seed = _read_json(identity.with_name(CONFIG))["seed"] if identity.exists() else 0  # the mean shape has no run
    detected = {f"sdr{radius}": _percent(row.get(f"sdr_{radius}mm", "")) for radius in RADII_MM}
    told = {"accepted": row["accepted"].lower(), "minutes": _rounded(row["minutes"], 0)}
    return {**place, "unlabeled": str(pool), "seed": str(seed), **_error(row), **detected, **told}


def mean(row: Row) -> Row:
    """A method, over its draws."""
    error = _error(row)
    spread = _rounded(row[f"mean_{error['unit']}_spread"], 2)
    return {**{name: row[name] for name in ("shots", "method", "draws")}, **error, "spread": spread}


def difference(row: Row) -> Row:
    """A pair of methods."""
    ratios = {name: _rounded(row[name], 2) for name in ("ratio", "ratio_low", "ratio_high")}
    place = {name: row[name] for name in ("shots", "method", "against", "draws")}
    return {**place, **ratios, "beyond_chance": row["beyond_chance"].lower()}


def _error(row: Row) -> Row:
    unit = "mm" if row.get("mean_mm") else "px"
    return {"error": _rounded(row[f"mean_{unit}"], 2), "unit": unit, "failures": _percent(row["failure_rate"])}


def _place(row: Row) -> tuple[int, int, int, int]:
    against = KEYS.index(row["against"]) if "against" in row else 0
    return int(row["shots"]), int(row.get("draw", 0)), KEYS.index(row["method"]), against


def _read_json(file: Path) -> dict:
    return json.loads(file.read_text(encoding="utf-8"))


def _rounded(number: str, digits: int) -> str:
    return f"{float(number):.{digits}f}" if number else ""


def _percent(share: str) -> str:
    return f"{100 * float(share):.1f}" if share else ""


if __name__ == "__main__":
    main()
