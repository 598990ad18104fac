# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle import`: a data folder from landmarks in the format of another program or challenge."""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bundle.commands.import_options import statement, typed_names
from bundle.commands.merge import merge
from bundle.importers.formats import ANNOTATION_FORMATS

if TYPE_CHECKING:
    from bundle.dataset.description import DatasetDescription, Film
    from bundle.importers.annotations import Annotations


AUTO = "auto"
"""Stands for the format that a source's content tells."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb: one sub-command a format, all with the same options."""
    formats = parser.add_subparsers(dest="format", metavar="FORMAT", required=True)
    for name, entry in ANNOTATION_FORMATS.items():
        subparser = formats.add_parser(
            name,
            help=entry.source,
            description=f"Make a data folder from a {entry.source}.",
            epilog=f"example:\n  python -m bundle import {entry.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        add_format_arguments(subparser, entry.source)
    subparser = formats.add_parser(
        AUTO,
        help="annotations of any of these formats, told by their content",
        description="Make a data folder from annotations whose format is told by their content, and say which it is.",
        epilog="example:\n  python -m bundle import auto annotations --images films --out data/hip",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_format_arguments(subparser, "annotation file or folder")


def add_format_arguments(parser: argparse.ArgumentParser, source: str) -> None:
    """Declare what every format takes; `source` says what its SOURCE is."""
    parser.add_argument(
        "source",
        nargs="+",
        type=Path,
        metavar="SOURCE",
        help=f"{source}; of several, read by different readers of the same films, the mean is taken",
    )
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="DIR",
        help="data folder to make; films are copied into it unless they lie in it already",
    )
    parser.add_argument(
        "--merge",
        action="store_true",
        help="add the labels to the films of the data folder --out, whose splits and draws stay as they are",
    )
    parser.add_argument(
        "--handed_out", type=Path, metavar="DIR", help="with --merge: folder of bundle next that SOURCE comes back from"
    )
    parser.add_argument("--reader", metavar="NAME", help="with --merge: who labelled, kept with every film")
    parser.add_argument(
        "--take_unchanged",
        action="store_true",
        help="with --merge: films whose predictions nobody moved are labelled as well",
    )
    parser.add_argument("--images", type=Path, metavar="DIR", help="folder of the images (default: beside SOURCE)")
    parser.add_argument(
        "--units",
        choices=("pixels", "mm", "fraction", "percent"),
        help="what the numbers of the points are, where SOURCE does not tell (pixels, unless that is in doubt)",
    )
    parser.add_argument(
        "--spacing", type=float, metavar="MM", help="pixel size of the films where SOURCE does not tell it, in mm"
    )
    parser.add_argument(
        "--missing",
        type=_number_or_none,
        action="append",
        default=[],
        metavar="NUMBER",
        help="number that stands for both coordinates of a missing point, such as -1; may be given again; "
        "'none': every pair of numbers is a point",
    )
    parser.add_argument(
        "--unlabeled",
        type=Path,
        metavar="DIR",
        help="folder of more films, which have no landmarks, for semi-supervision",
    )
    parser.add_argument("--name", help="title of the dataset (default: the name of the data folder)")
    names = parser.add_mutually_exclusive_group()
    names.add_argument("--landmark_names", metavar="NAMES", help="names in order: a,b,c or a file of one name a line")
    names.add_argument("--landmark_set", choices=("cephalogram", "spine"), help="clinical names of a known set")
    parser.add_argument(
        "--splits",
        type=Path,
        metavar="FILE",
        help="JSON file of the lists train, test and, if any, validation and unlabeled, of image names or ids "
        "(default: splits.json beside SOURCE where there is one)",
    )
    parser.add_argument(
        "--test_fraction", type=float, metavar="F", help="part of the films to test on where SOURCE has no split (0.2)"
    )
    parser.add_argument(
        "--validation",
        type=int,
        metavar="N",
        help="training films to hold out for validation (default: 20, or a tenth if that is fewer)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="number of the random choice of films (0)")


def run(arguments: argparse.Namespace) -> None:
    """Read the annotations, divide the films, write the data folder and print what it holds.

    Raises:
        BundleError: the annotations, the options or the data folder cannot be used.
    """
    from bundle.dataset.summary import dataset_summary
    from bundle.importers.gather import refuse_existing_dataset
    from bundle.importers.landmark_sets import overlay_for, set_of
    from bundle.importers.recognition import recognised

    if not arguments.merge:
        _refuse_options_of_merge(arguments)
        refuse_existing_dataset(arguments.out)
    if arguments.format == AUTO:
        arguments.format, reason = recognised(arguments.source)
        print(f"{arguments.source[-1]}: taken for {arguments.format}, since {reason}")
    dataset = merge(arguments) if arguments.merge else _import(arguments)
    print(dataset_summary(dataset))
    if not arguments.merge and (known := set_of(dataset.landmarks)):
        print(
            f"the landmarks have no names; if they are those of the set {known}, import again into another folder with "
            f"--landmark_set {known}"
        )
    if arguments.validation is not None:
        _warn_of_few(dataset)
    print(f"wrote {arguments.out / 'dataset.json'}; train on it with")
    overlay = overlay_for(dataset.landmarks)
    words = ["train", str(arguments.out), "--out", str(Path("runs", arguments.out.resolve().name))]
    print(f"  {shlex.join(['python', '-m', 'bundle', *words, *(['--overlays', overlay] if overlay else [])])}")


def _refuse_options_of_merge(arguments: argparse.Namespace) -> None:
    from bundle.errors import ConfigurationError

    for name in ("handed_out", "reader", "take_unchanged"):
        if getattr(arguments, name):
            raise ConfigurationError(f"--{name}: is of labels that are merged; give --merge as well")


def _import(arguments: argparse.Namespace) -> DatasetDescription:
    from bundle.dataset.description import DatasetDescription
    from bundle.importers.copies import leave_out_copies
    from bundle.importers.gather import Source, gather
    from bundle.importers.splits import Holdout, split_films

    annotations = _annotations(arguments)
    films = split_films(annotations, Holdout(arguments.test_fraction, arguments.validation, arguments.seed))
    sources = [Source(annotations.folder, films, "images")]
    if arguments.unlabeled is not None:
        sources.append(
            Source(arguments.unlabeled, {"unlabeled": _more_films(arguments.unlabeled, annotations)}, "unlabeled")
        )
    sources = leave_out_copies(sources)
    description = DatasetDescription(
        name=arguments.name or arguments.out.resolve().name,
        description=f"Imported from {arguments.format}: {', '.join(source.name for source in arguments.source)}",
        licence="",
        landmarks=annotations.landmarks,
        skeleton=annotations.skeleton,
        parts=dict(annotations.parts),
        repeated=annotations.repeated,
        pairs=annotations.pairs,
    )
    return gather(arguments.out, sources, description)


def _warn_of_few(dataset: DatasetDescription) -> None:
    """Say so where more labelled films were held out for validation than are left to learn from."""
    held_out, left = (sum(film.labelled for film in films) for films in (dataset.validation, dataset.training))
    if held_out > left:
        print(
            f"--validation holds out {held_out} labelled films and leaves {left} to learn from; import again with a "
            "smaller one, or label more films",
            file=sys.stderr,
        )


def _annotations(arguments: argparse.Namespace) -> Annotations:
    from bundle.importers.landmark_sets import LANDMARK_SETS
    from bundle.importers.reading import read_annotations
    from bundle.importers.splits import read_splits

    known = LANDMARK_SETS.get(arguments.landmark_set)
    names = known.landmarks if known else typed_names(arguments.landmark_names)
    annotations = read_annotations(
        ANNOTATION_FORMATS[arguments.format], arguments.source, arguments.images, names, statement(arguments)
    )
    if known:
        annotations = replace(annotations, **known.fields())
    splits = arguments.splits or _splits_beside(arguments.source[0])
    return replace(annotations, splits=read_splits(splits, annotations.films)) if splits else annotations


def _number_or_none(word: str) -> float | None:
    return None if word == "none" else float(word)


def _splits_beside(source: Path) -> Path | None:
    beside = (source if source.is_dir() else source.parent) / "splits.json"
    return beside if beside.is_file() else None


def _more_films(folder: Path, annotations: Annotations) -> tuple[Film, ...]:
    """Films of a folder that are not annotated; a folder without one is refused, since it was given for its films."""
    from bundle.dataset.description import Film
    from bundle.errors import DatasetError
    from bundle.films.film_files import film_files
    from bundle.films.refusal import printable
    from bundle.films.suffix import FILM_FORMATS
    from bundle.importers.readable import leave_out_unreadable

    if not folder.is_dir():
        raise DatasetError(f"{folder}: there is no such folder; correct --unlabeled")
    annotated = {(annotations.folder / film.image).resolve() for film in annotations.films}
    found = film_files(folder)
    for file, reason in found.refused.items():
        print(f"left out {printable(file.relative_to(folder).as_posix())}: {reason}", file=sys.stderr)
    more = tuple(Film(file.relative_to(folder)) for file in found.films if file.resolve() not in annotated)
    films = leave_out_unreadable(folder, more)
    if not films:
        raise DatasetError(
            f"{folder}: holds no {FILM_FORMATS} image but annotated ones; correct --unlabeled, or leave it out"
        )
    return films
