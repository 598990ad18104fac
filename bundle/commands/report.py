# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle report`: one HTML page about a training run and its evaluation, other runs beside it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

EVALUATION, MEAN_SHAPE = "evaluation", "evaluation_mean_shape"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help=f"output_dir of a training run that holds the output_dir of its evaluation as {EVALUATION}/ (and that of "
        f"its mean_shape.pt as {MEAN_SHAPE}/, if wanted); the page is about the last run, the others stand beside it",
    )
    parser.add_argument("--predictions", type=Path, metavar="DIR", help="output_dir of an inference to show as well")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the page to write, e.g. report.html")


def run(arguments: argparse.Namespace) -> None:
    """Write the page and print its path last.

    Raises:
        BundleError: a folder lacks what its workflow writes.
    """
    from bundle.reports.page import write_page
    from bundle.reports.run_facts import run_facts

    run = arguments.runs[-1]
    write_page(
        arguments.out,
        _evaluations(arguments.runs),
        title="Few-shot landmark localization",
        facts=run_facts(run),
        history=run / "history.csv",
        configuration=run / "config.json",
        predictions=sorted(arguments.predictions.rglob("*.jpg"))[:6] if arguments.predictions else (),
    )
    print(arguments.out.resolve())


def _evaluations(runs: Sequence[Path]) -> dict[str, Path]:
    """Evaluations by the method of their run; the folder's name tells runs of one method apart."""
    from bundle.reports.run_facts import run_facts

    mean_shape = runs[0] / MEAN_SHAPE
    evaluations = {"mean shape alone": mean_shape} if mean_shape.is_dir() else {}
    for run in runs:
        method = run_facts(run)["method"]
        evaluations[f"{method} ({run.name})" if method in evaluations else method] = run / EVALUATION
    return evaluations
