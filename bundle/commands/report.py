# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle report`: one HTML page about a training run and its evaluation."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("run", type=Path, metavar="RUN", help="output_dir of the training run")
    parser.add_argument("--evaluation", type=Path, required=True, metavar="DIR", help="output_dir of its evaluation")
    parser.add_argument("--baseline", type=Path, metavar="DIR", help="evaluation of the run's mean_shape.pt")
    parser.add_argument("--predictions", type=Path, metavar="DIR", help="output_dir of an inference to show as well")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the page to write, e.g. report.html")


def run(arguments: argparse.Namespace) -> None:
    """Write the page and print its path last.

    Raises:
        BundleError: a folder lacks what its workflow writes.
    """
    from bundle.reports.page import write_page
    from bundle.reports.run_facts import run_facts

    evaluations = {"Mean shape only": arguments.baseline} if arguments.baseline else {}
    evaluations["Deep Adaptive Graph"] = arguments.evaluation
    write_page(
        arguments.out,
        evaluations,
        title="Few-shot landmark localization",
        facts=run_facts(arguments.run),
        history=arguments.run / "history.csv",
        configuration=arguments.run / "config.json",
        predictions=sorted(arguments.predictions.rglob("*.jpg"))[:6] if arguments.predictions else (),
    )
    print(arguments.out.resolve())
