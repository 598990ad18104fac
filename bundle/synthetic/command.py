# SPDX-License-Identifier: Apache-2.0
"""The verb `sample` of the command line: write a dataset of synthetic radiographs."""

from __future__ import annotations

import argparse

from bundle.synthetic.sample import SITES, write_sample


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `python -m bundle sample`."""
    parser.description = (
        "Write synthetic radiographs as DICOM files with a dataset.json, for trials without patients' films."
    )
    parser.add_argument("--site", required=True, choices=SITES, help="body part")
    parser.add_argument(
        "--out", required=True, metavar="DIR", help="folder of the dataset; films already there are kept"
    )
    parser.add_argument("--labeled", type=int, default=0, metavar="N", help="training films with landmarks (default 0)")
    parser.add_argument("--validation", type=int, default=0, metavar="N", help="validation films (default 0)")
    parser.add_argument("--unlabeled", type=int, default=0, metavar="N", help="films without landmarks (default 0)")
    parser.add_argument("--test", type=int, default=0, metavar="N", help="test films (default 0)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same films (default 0)")
    parser.add_argument("--size", type=int, default=512, help="longest side in pixels (default 512)")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default 1)")


def run(arguments: argparse.Namespace) -> None:
    """Write the sample that the arguments ask for."""
    write_sample(
        arguments.site,
        arguments.out,
        arguments.labeled,
        arguments.validation,
        arguments.unlabeled,
        arguments.test,
        arguments.seed,
        arguments.size,
        arguments.workers,
    )
    print(f"synthetic {arguments.site} films and dataset.json are in {arguments.out}")
