# SPDX-License-Identifier: Apache-2.0
"""Accuracy of stage 1 on a data folder: every draw trained, evaluated on all test films and listed.

    python benchmarks/stage1_accuracy.py --dataset_dir data/ceph --out runs/ceph --shots 1 5 10 --draws 0 1 2

It runs the commands that a user runs, goes on where it was stopped, and writes `table.md`. Words after `--` go to
training, such as `-- --image_size 256 --max_epochs 60`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
RUN = [sys.executable, "-m", "monai.bundle", "run"]
COLUMNS = "| shots | draw | mm | px | failures | SDR 2 | 2.5 | 3 | 4 mm | mean shape | minutes |"


def main() -> None:
    """Fill and print the table."""
    words = sys.argv[1:]
    split = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset_dir", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shots", type=int, nargs="+", default=[10])
    parser.add_argument("--draws", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--configs", nargs="+", default=["train.json", "small.json"], help="files of configs/")
    arguments = parser.parse_args(words[:split])
    lines = [COLUMNS, "|" + "---|" * (COLUMNS.count("|") - 1)]
    for shots in arguments.shots:
        for draw in arguments.draws:
            cell = arguments.out / f"shots{shots}_draw{draw}"
            train(cell, arguments, ["--shots", str(shots), "--draw", str(draw), *words[split + 1 :]])
            trained, mean_shape = (evaluate(cell, arguments.dataset_dir, name) for name in ("model", "mean_shape"))
            lines.append(row(shots, draw, trained, mean_shape, cell))
            (arguments.out / "table.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


def train(cell: Path, arguments: argparse.Namespace, words: list[str]) -> None:
    """Train a cell unless it is there; a run that was stopped is resumed."""
    if (cell / "minutes").exists():
        return
    start = time.monotonic()
    resume = ["--resume", "true"] if (cell / "last.pt").exists() else []
    folders = ["--dataset_dir", arguments.dataset_dir, "--output_dir", cell, "--model_file", cell / "model.pt"]
    files = [str(CONFIGS / name) for name in arguments.configs]
    run("training", files, [*folders, *words, *resume])
    (cell / "minutes").write_text(f"{(time.monotonic() - start) / 60:.1f}" + (" (resumed)" if resume else ""))


def evaluate(cell: Path, dataset_dir: Path, weights: str) -> dict:
    """Evaluate weights of a cell on all test films, unless that is done."""
    folder = cell / f"evaluation_{weights}"
    if not (folder / "metrics.json").exists():
        words = ["--dataset_dir", dataset_dir, "--checkpoint", cell / f"{weights}.pt", "--output_dir", folder]
        run("evaluate", [str(CONFIGS / "inference.json"), str(CONFIGS / "evaluate.json")], words)
    return json.loads((folder / "metrics.json").read_text())["overall"]


def run(workflow: str, files: list[str], words: list) -> None:
    """Run a workflow of the bundle as a user does."""
    subprocess.run([*RUN, workflow, "--config_file", str(files), *map(str, words)], check=True)


def row(shots: int, draw: int, trained: dict, mean_shape: dict, cell: Path) -> str:
    """One line of the table; millimetres are left out where the spacing is unknown."""
    unit = "mean_mm" if trained["mean_mm"] is not None else "mean_px"
    rates = [trained[f"sdr_{radius}mm"] for radius in ("2", "2.5", "3", "4")]
    figures = [
        "–" if trained["mean_mm"] is None else f"{trained['mean_mm']:.2f}",
        f"{trained['mean_px']:.2f}",
        f"{100 * trained['failure_rate']:.1f} %",
        *("–" if rate is None else f"{100 * rate:.1f} %" for rate in rates),
        f"{mean_shape[unit]:.2f} {unit[-2:]}",
        (cell / "minutes").read_text(),
    ]
    return f"| {shots} | {draw} | " + " | ".join(figures) + " |"


if __name__ == "__main__":
    main()
