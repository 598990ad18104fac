# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle predict`: the landmarks of films by a trained model, in the forms that people and programs open."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from bundle.commands.shown import show_command
from bundle.comparison.cells import INFERENCE, RUN, words_of
from bundle.run_folder import weights_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "model", type=Path, metavar="RUN", help="folder of bundle train or of a training, or its weights file"
    )
    parser.add_argument("films", type=Path, metavar="FILMS", help="a film, a folder of films, or that of a DICOM study")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    parser.add_argument(
        "--outputs",
        nargs="+",
        default=["json", "csv", "overlay"],
        metavar="NAME",
        help="some of json, csv, overlay, slicer, dicom_sr, dicom_gsps, secondary_capture (json csv overlay)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Run the inference workflow.

    Raises:
        CheckpointError: the folder holds no model.
        SystemExit: the workflow ended with an exit code other than 0; it has said why.
    """
    settings = {
        "dataset_dir": arguments.films,
        "checkpoint": weights_file(arguments.model),
        "output_dir": arguments.out,
        "outputs": arguments.outputs,
    }
    words = [*RUN, "inference", *words_of(INFERENCE, settings)]
    show_command(words)
    code = subprocess.run(words, check=False).returncode
    if code:
        raise SystemExit(code)
