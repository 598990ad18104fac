# SPDX-License-Identifier: Apache-2.0
"""The command line `python -m bundle`: preparing data and comparing methods; one training runs with MONAI's."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import NamedTuple

from bundle.errors import BundleError


class Verb(NamedTuple):
    """What a verb does and an example of it; its module has `add_arguments(parser)` and `run(arguments)`."""

    module: str
    help: str
    example: str


VERBS = {
    "import": Verb(
        "bundle.commands.import_films",
        "make a data folder from your films and their landmarks",
        "import csv landmarks.csv --out data/ceph --landmark_set cephalogram",
    ),
    "sample": Verb(
        "bundle.synthetic.command",
        "make a data folder of synthetic radiographs with exact landmarks",
        "sample --site pelvis --out data/pelvis --labeled 30 --validation 10 --unlabeled 200 --test 50",
    ),
    "label": Verb(
        "bundle.commands.label",
        "place landmarks on films in a page, and train a model on them",
        "label films/ceph --landmark_set cephalogram",
    ),
    "train": Verb(
        "bundle.commands.train",
        "train, calibrate and evaluate a model on a data folder",
        "train data/ceph --out runs/ceph --shots 10",
    ),
    "next": Verb(
        "bundle.commands.next_films",
        "choose films to label, and hand them out to do so",
        "next films/ceph --count 5 --out handed_out --format labelme --landmark_set cephalogram",
    ),
    "predict": Verb(
        "bundle.commands.predict",
        "find the landmarks of films by a trained model",
        "predict runs/ceph new_films --out results --outputs json csv overlay",
    ),
    "serve": Verb(
        "bundle.commands.serve",
        "answer films beside a PACS, or in a folder, unattended",
        "serve --config node.yaml",
    ),
    "batch": Verb(
        "bundle.commands.batch",
        "answer films by the million, one row each",
        "batch films.csv --checkpoint runs/ceph --out rows --shard 3/100",
    ),
    "check": Verb(
        "bundle.commands.check",
        "check a data folder and print what it holds",
        "check data/ceph",
    ),
    "report": Verb(
        "bundle.commands.report",
        "write one HTML page about training runs and their evaluation",
        "report runs/dag runs/few_shot_dag --out report.html",
    ),
    "compare": Verb(
        "bundle.commands.compare",
        "train, evaluate and table every method on a data folder",
        "compare data/ceph --shots 1,5,10 --draws 3 --methods all --preset cpu --out runs/compare",
    ),
    "export_zoo": Verb(
        "bundle.commands.export_zoo",
        "make a folder to share of a trained model, for MONAI's zoo",
        "export_zoo runs/ceph shared/ceph_xray_landmarks",
    ),
}

_BAD_INPUT, _INTERRUPTED = 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb.

    Args:
        argv: Words of the command line after the program's name; by default those of this process.

    Returns:
        Exit code: 0 done, 2 bad input (its sentence is on stderr), 130 interrupted.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    parser = _parser(words[:1])
    words, settings = (words[: words.index("--")], words[words.index("--") + 1 :]) if "--" in words else (words, [])
    arguments = parser.parse_args(words)
    if settings and not hasattr(arguments, "settings"):
        parser.error(f"{arguments.verb} has no settings behind --")
    arguments.settings = settings
    try:
        importlib.import_module(VERBS[arguments.verb].module).run(arguments)
    except BundleError as error:
        print(f"error: {error}", file=sys.stderr)
        return _BAD_INPUT
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return _INTERRUPTED
    return 0


def _parser(chosen: Sequence[str]) -> argparse.ArgumentParser:
    """The parser, with the arguments of the chosen verb only: help stays quick however much another verb imports."""
    parser = argparse.ArgumentParser(
        prog="python -m bundle",
        description="Prepare data for few-shot landmark localization in radiographs, and compare methods on it.",
        epilog="examples:\n"
        + "".join(f"  python -m bundle {verb.example}\n" for verb in VERBS.values())
        + "\nTraining, evaluation and inference run with 'python -m monai.bundle run'; README.md shows how.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, verb in VERBS.items():
        subparser = verbs.add_parser(
            name,
            help=verb.help,
            description=f"{verb.help.capitalize()}.",
            epilog=f"example:\n  python -m bundle {verb.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name in chosen:
            importlib.import_module(verb.module).add_arguments(subparser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
