# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle report`: one HTML page about a training run and its evaluation, other runs beside it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from bundle.errors import ConfigurationError

EVALUATION, MEAN_SHAPE = "evaluation", "evaluation_mean_shape"
MOST_PREDICTIONS = 6
"""Overlays of an inference on the page: enough to look at, few enough to send."""


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
    parser.add_argument(
        "--predictions",
        type=Path,
        metavar="DIR",
        help=f"output_dir of an inference, whose first {MOST_PREDICTIONS} overlays in name order are shown as well",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the page to write, e.g. report.html")


def run(arguments: argparse.Namespace) -> None:
    """Write the page and print its path last.

    Raises:
        BundleError: a folder lacks what its workflow writes, is given twice, was evaluated on other films, or holds no
            overlay.
    """
    from bundle.page.page import write_page
    from bundle.page.run_facts import run_facts

    run = arguments.runs[-1]
    write_page(
        arguments.out,
        _evaluations(arguments.runs),
        title="Few-shot landmark localization",
        facts=run_facts(run),
        history=run / "history.csv",
        configuration=run / "config.json",
        predictions=_overlays(arguments.predictions) if arguments.predictions else (),
        most_predictions=MOST_PREDICTIONS,
    )
    print(arguments.out.resolve())


def _evaluations(runs: Sequence[Path]) -> dict[str, Path]:
    """Evaluations by the name of their run, that of a mean shape first."""
    from bundle.page.run_names import run_names

    mean_shapes = [run / MEAN_SHAPE for run in runs if (run / MEAN_SHAPE).is_dir()]
    evaluations = {"mean shape alone": mean_shapes[0]} if mean_shapes else {}
    return evaluations | {name: run / EVALUATION for name, run in zip(run_names(runs), runs, strict=True)}


def _overlays(folder: Path) -> list[Path]:
    """Overlays that an inference wrote, in name order."""
    overlays = sorted(folder.rglob("*.png"))
    if not overlays:
        raise ConfigurationError(
            f"{folder}: holds no overlay; give as --predictions the output_dir of an inference with overlay among its "
            "--outputs"
        )
    return overlays
