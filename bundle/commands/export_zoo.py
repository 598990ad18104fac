# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle export_zoo`: a trained model as a folder to share, in the form of MONAI's model zoo."""

from __future__ import annotations

import argparse
from pathlib import Path

from bundle.commands.shown import near


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("run", type=Path, metavar="RUN", help="folder of bundle train, or output_dir of a training")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to make; its name is that of the bundle")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="data folder that the model learned from (default: where its training found it)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Read the model, write the folder and say what is left to do.

    Raises:
        BundleError: the model, its data or the folder cannot be used.
    """
    from bundle.zoo.export import write_bundle
    from bundle.zoo.model import read_shared_model

    model = read_shared_model(arguments.run, arguments.data)
    test = write_bundle(model, arguments.out.resolve())
    print(f"wrote {near(arguments.out)}, and {near(test)} for the zoo's ci/unit_tests")
    print("read docs/README.md in it, and write into large_files.yml where the weights will lie; docs/how_to/share.md")
