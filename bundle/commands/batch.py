# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle batch`: any number of films, one row each, in shards that can be killed and gone on with."""

from __future__ import annotations

import argparse
import importlib
import logging
from pathlib import Path

from bundle.commands.extras import needed_by


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "manifest",
        metavar="MANIFEST",
        help="CSV or Parquet file with a column path, relative to it or absolute; a folder of films; or a DICOMweb "
        "search, https://HOST/dicom-web/instances?Modality=DX",
    )
    parser.add_argument(
        "--checkpoint", type=Path, required=True, metavar="RUN", help="folder of bundle train, or a weights file"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the rows, in Parquet")
    parser.add_argument("--shard", default="1/1", metavar="I/N", help="do the I-th of N parts of the films (1/1)")
    parser.add_argument(
        "--address", metavar="RAY", help="work on this Ray cluster, ray://host:10001 or auto; local starts one here"
    )
    parser.add_argument(
        "--dicom_sr", action="store_true", help="add each film's DICOM report; rows then hold patient data"
    )


def run(arguments: argparse.Namespace) -> None:
    """Do the films that have no row yet.

    Raises:
        BundleError: it cannot be begun or gone on with.
        KeyboardInterrupt: it was told to stop.
    """
    logging.getLogger("ignite").setLevel(logging.WARNING)
    with needed_by("batch", "batch"):
        from bundle.batch.batch import BEFORE, run_batch
        from bundle.batch.rows import ANSWERED, REFUSED
        from bundle.batch.shard import Shard
    if arguments.address is not None:
        with needed_by("--address", "ray"):
            importlib.import_module("ray")
    shard = Shard.parse(arguments.shard)
    counts = run_batch(
        arguments.manifest, arguments.checkpoint, arguments.out, shard, arguments.dicom_sr, arguments.address
    )
    print(
        f"{counts[ANSWERED]} films answered, {counts[REFUSED]} refused, {counts[BEFORE]} had their row before; "
        f"all rows are in {arguments.out}"
    )
