# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle import … --merge`: labels that were made elsewhere, added to the films of a data folder."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bundle.commands.import_options import statement, typed_names
from bundle.importers.formats import ANNOTATION_FORMATS
from bundle.importers.landmark_sets import LANDMARK_SETS

if TYPE_CHECKING:
    from bundle.dataset.description import DatasetDescription, Film
    from bundle.handed_out import HandedOut
    from bundle.importers.annotations import Annotations

_NOT_OF_A_MERGE = ("unlabeled", "name", "splits", "test_fraction", "validation")


def merge(arguments: argparse.Namespace) -> DatasetDescription:
    """Read the labels, add them to the dataset, write it, and tell what was and was not taken.

    Raises:
        BundleError: the labels or the data folder cannot be used; the dataset is as it was.
    """
    from bundle.dataset.description import FILE_NAME, write_dataset
    from bundle.errors import ConfigurationError, DatasetError
    from bundle.importers.merge import dataset_to_label, merged, missing_landmarks

    for name in _NOT_OF_A_MERGE:
        if getattr(arguments, name) is not None:
            raise ConfigurationError(f"--{name}: is of a new data folder; leave it out of a --merge")
    landmarks, skeleton, labels = _labels(arguments)
    dataset = dataset_to_label(arguments.out, landmarks, skeleton)
    if not labels:
        raise DatasetError(f"{arguments.source[0]}: has no film with a new label; nothing is merged")
    time = datetime.now(UTC).isoformat(timespec="seconds")
    dataset = merged(arguments.out / FILE_NAME, dataset, labels, landmarks, arguments.reader, time)
    write_dataset(arguments.out, dataset)
    for film in labels:
        if missing := missing_landmarks(film, landmarks):
            print(f"{film.image}: has no {', '.join(missing)}, taken as missing", file=sys.stderr)
    print(f"merged the labels of {len(labels)} films")
    return dataset


def _labels(arguments: argparse.Namespace) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...], tuple[Film, ...]]:
    """Landmarks and skeleton of the labels, and the films with a label."""
    from bundle.dataset.description import FILE_NAME, read_dataset
    from bundle.handed_out import PICTURES, TO_LABEL, read_handed_out
    from bundle.importers.reading import read_annotations

    form = ANNOTATION_FORMATS[arguments.format]
    if arguments.handed_out is not None:
        handed = read_handed_out(arguments.handed_out)
        images = arguments.images or arguments.handed_out / TO_LABEL / PICTURES
        annotations = read_annotations(form, arguments.source, images, handed.landmarks, statement(arguments))
        return handed.landmarks, handed.skeleton, _came_back(arguments, annotations, handed)
    known = LANDMARK_SETS.get(arguments.landmark_set)
    names = known.landmarks if known else typed_names(arguments.landmark_names)
    if names is None and (arguments.out / FILE_NAME).is_file():
        names = read_dataset(arguments.out).landmarks
    images = arguments.images or arguments.out
    annotations = read_annotations(form, arguments.source, images, names, statement(arguments))
    films = tuple(_below(arguments.out, annotations.folder, film) for film in annotations.films if film.labelled)
    return annotations.landmarks, annotations.skeleton, films


def _came_back(arguments: argparse.Namespace, annotations: Annotations, handed: HandedOut) -> tuple[Film, ...]:
    from bundle.importers.returned import returned

    back = returned(annotations, handed)
    missing = [film.film for film in handed.films if Path(film.film) not in {label.image for label in back.films}]
    for name in missing:
        print(f"{name}: came back without a label, and stays unlabelled", file=sys.stderr)
    if arguments.take_unchanged:
        return back.films
    for film in back.unchanged:
        print(
            f"{film}: came back as the model predicted it, and stays unlabelled; --take_unchanged makes it a label",
            file=sys.stderr,
        )
    return tuple(film for film in back.films if film.image not in back.unchanged)


def _below(out: Path, folder: Path, film: Film) -> Film:
    """The film with its path below the data folder."""
    from dataclasses import replace

    from bundle.errors import DatasetError

    image = (folder / film.image).resolve()
    if not image.is_relative_to(out.resolve()):
        raise DatasetError(f"{folder / film.image}: lies in no data folder {out}; give --images in it")
    return replace(film, image=image.relative_to(out.resolve()))
