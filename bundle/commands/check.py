# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle check`: whether a data folder keeps the rules of `dataset.json`, and what it holds."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("dataset_dir", type=Path, metavar="DIR", help="folder that holds dataset.json and its images")


def run(arguments: argparse.Namespace) -> None:
    """Check the dataset and print its summary.

    Raises:
        DatasetError: the first rule it breaks.
    """
    from bundle.dataset.datalist import datalist
    from bundle.dataset.description import read_dataset
    from bundle.dataset.same_content import require_unseen_test
    from bundle.dataset.summary import dataset_summary

    dataset = read_dataset(arguments.dataset_dir)
    for split in ("training", "validation", "unlabeled"):
        if getattr(dataset, split):
            require_unseen_test(arguments.dataset_dir, datalist(arguments.dataset_dir, split))
    print(dataset_summary(dataset))
