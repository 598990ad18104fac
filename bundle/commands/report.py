# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle report`: one HTML page about a training run and its evaluation, other runs beside it."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="output_dir of a training run that holds the output_dir of its evaluation as evaluation/ (and that of "
        "its mean_shape.pt as evaluation_mean_shape/, if wanted); the page is about the last run, the others stand "
        "beside it",
    )
    parser.add_argument(
        "--predictions",
        type=Path,
        metavar="DIR",
        help="output_dir of an inference, whose first overlays in name order are shown as well",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the page to write, e.g. report.html")


def run(arguments: argparse.Namespace) -> None:
    """Write the page and print its path last.

    Raises:
        BundleError: a folder lacks what its workflow writes, is given twice, was evaluated on other films, or holds no
            overlay.
    """
    from bundle.page.report import write_report

    write_report(arguments.out, arguments.runs, arguments.predictions)
    print(arguments.out.resolve())
