# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle compare`: every method on a data set, from training to tables."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bundle.commands.configuration import add_configuration, read_configuration
from bundle.comparison.methods import METHODS, Method, choose_methods
from bundle.errors import BundleError, ConfigurationError

if TYPE_CHECKING:
    from bundle.comparison.cells import Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("dataset_dir", type=Path, metavar="DATA", help="folder of dataset.json")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder to write to; what is there already is not trained again, and a stopped training goes on",
    )
    parser.add_argument("--shots", default="10", metavar="N,…", help="numbers of labelled films, e.g. 1,5,10,50 (10)")
    parser.add_argument("--draws", type=int, default=3, metavar="N", help="draws of labelled films, from 0 on (3)")
    parser.add_argument(
        "--methods",
        default="all",
        metavar="KEY,…",
        help=f"all, or some of {_keys(METHODS)}; mean_shape and stage 1, which is dag, or parts where these are "
        "repeated, are always there (all)",
    )
    parser.add_argument(
        "--cache_dir", type=Path, metavar="DIR", help="folder of decoded films (default: cache in the data folder)"
    )
    parser.add_argument("--workers", type=int, metavar="N", help="trainings to run at a time (default: one a device)")
    parser.add_argument(
        "--devices",
        default="auto",
        metavar="NAME,…",
        help="cpu, or numbers of GPUs that trainings go to in turn, e.g. 0,1 (default: every GPU, else cpu)",
    )
    add_configuration(parser)


def _keys(methods: Sequence[Method]) -> str:
    return ", ".join(method.key for method in methods)


def run(arguments: argparse.Namespace) -> None:
    """Check, train and evaluate what is missing, write tables and the page, and print its path last.

    Raises:
        BundleError: the input cannot be used, or trainings failed.
    """
    from bundle.comparison.checks import check_plan
    from bundle.comparison.output import write_comparison, write_tables
    from bundle.comparison.runner import devices_named, run_cells

    plan = _plan(arguments)
    devices = devices_named(arguments.devices)
    workers = len(devices) if arguments.workers is None else arguments.workers
    if workers < 1:
        raise ConfigurationError(f"--workers is {workers}; give at least 1")
    check_plan(plan)
    cells = plan.work()
    failures = run_cells(cells, workers, devices, changed=lambda: write_tables(plan))
    page = write_comparison(plan, [f"{failure.cell}: {failure.sentence}" for failure in failures])
    print(page.resolve())
    if failures:
        listed = "".join(f"\n  {failure.cell}: {failure.sentence}" for failure in failures)
        raise BundleError(
            f"{len(failures)} of {len(cells)} trainings failed; the same command goes on with what is missing{listed}"
        )


def _plan(arguments: argparse.Namespace) -> Plan:
    from bundle.comparison.cells import Plan
    from bundle.dataset.description import read_dataset

    if arguments.draws < 1:
        raise ConfigurationError(f"--draws is {arguments.draws}; give at least 1")
    return Plan(
        dataset_dir=arguments.dataset_dir.resolve(),
        out=arguments.out.resolve(),
        shots=_numbers(arguments.shots),
        draws=tuple(range(arguments.draws)),
        methods=choose_methods(arguments.methods, read_dataset(arguments.dataset_dir).repeated),
        **read_configuration(arguments),
        cache_dir=arguments.cache_dir.resolve() if arguments.cache_dir else None,
    )


def _numbers(words: str) -> tuple[int, ...]:
    try:
        numbers = sorted({int(word) for word in words.split(",")})
    except ValueError:
        numbers = [0]
    if numbers[0] < 1:
        raise ConfigurationError(f"--shots is {words!r}; give numbers of labelled films, such as 1,5,10")
    return tuple(numbers)
