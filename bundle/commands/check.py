# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle check`: whether a data folder keeps the rules of `dataset.json`, and what it holds."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("dataset_dir", type=Path, metavar="DIR", help="folder that holds dataset.json and its images")
    parser.add_argument(
        "--pixels",
        action="store_true",
        help="decode every film, and compare the levels of repeated parts; without it, the headers of the labelled "
        "ones are read",
    )


def run(arguments: argparse.Namespace) -> None:
    """Check the dataset, name the films that cannot be read or look mislabelled, and print its summary.

    Raises:
        DatasetError: the first rule it breaks, or how many films cannot be read.
    """
    from bundle.dataset.description import read_dataset
    from bundle.dataset.fitting_size import fitting_size
    from bundle.dataset.same_content import refuse_seen_test
    from bundle.dataset.summary import dataset_summary
    from bundle.dataset.suspicious import suspicious_films
    from bundle.dataset.unreadable import unreadable_films
    from bundle.errors import DatasetError
    from bundle.importers.landmark_sets import overlay_for

    folder = arguments.dataset_dir
    dataset = read_dataset(folder)
    unreadable = unreadable_films(folder, dataset, arguments.pixels)
    for sentence in unreadable.values():
        print(sentence, file=sys.stderr)
    learned = [film.image for film in (*dataset.training, *dataset.validation, *dataset.unlabeled)]
    readable = {image.as_posix(): folder / image for image in learned if image not in unreadable}
    refuse_seen_test(folder, readable, [film for film in dataset.test if film.image not in unreadable])
    print(dataset_summary(dataset))
    suspicious = suspicious_films(folder, dataset, arguments.pixels, unreadable)
    if suspicious:
        command = f"python -m bundle label {shlex.quote(str(folder))}"
        print(f"{len(suspicious)} films look mislabelled; look at them ({command}), correct them or take them out:")
    for sentence in suspicious:
        print(sentence)
    drawn = [film for film in dataset.training if film.labelled and film.image not in unreadable]
    if overlay := overlay_for(dataset.landmarks):
        print(f"whole spines: train with --overlays {overlay}, which has sizes and augmentation for them")
    elif size := fitting_size(folder / film.image for film in drawn):
        width, height = size
        print(f"films are far from square: --image_size '[{width},{height}]' trains faster, without so much padding")
    if unreadable:
        raise DatasetError(f"{folder}: {len(unreadable)} films cannot be read, they are named above; replace them")
