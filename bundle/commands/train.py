# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle train`: from a data folder to a calibrated model, its errors and a page about them."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from bundle.commands.configuration import add_configuration, read_configuration
from bundle.commands.shown import near, show_command
from bundle.comparison.methods import (
    DAG,
    METHODS,
    PARTS,
    PARTS_CONFIDENT_WINDOWS,
    PARTS_WINDOWS,
    PRESETS,
    WINDOWS,
    WINDOWS_MATCHING_MULTI_VIEW,
    WINDOWS_MULTI_VIEW,
    Method,
    choose_methods,
    stage_1_weights,
)
from bundle.errors import ConfigurationError

if TYPE_CHECKING:
    from bundle.comparison.one_model import OneModel, Outcome
    from bundle.dataset.description import DatasetDescription


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("dataset_dir", type=Path, metavar="DATA", help="folder of dataset.json")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="RUN",
        help="folder to write to; the same command goes on where it was stopped",
    )
    parser.add_argument(
        "--shots", type=int, metavar="N", help="labelled training films to learn from (default: all there are)"
    )
    parser.add_argument("--draw", type=int, default=0, metavar="N", help="number of the draw of these films (0)")
    parser.add_argument(
        "--method",
        choices=[method.key for method in METHODS if method.stage],
        help="what is trained, and who teaches (default: windows, taught by unlabeled films as well where there are "
        "any, from one labelled film by matching; where parts are repeated, their graph, taught in the same way, and "
        "windows; without labelled validation films stage 1 alone; else with --preset paper few_shot_dag_js)",
    )
    parser.add_argument(
        "--warm_start",
        type=Path,
        metavar="RUN",
        help="folder of an earlier train on the same landmarks, with whose stage 1 this one begins",
    )
    parser.add_argument("--device", default="auto", metavar="NAME", help="cpu, or the number of a GPU (default: auto)")
    add_configuration(parser)


def run(arguments: argparse.Namespace) -> None:
    """Check the data, train, calibrate, evaluate, and say what was reached and how to go on.

    Raises:
        BundleError: the input cannot be used, or a step failed.
    """
    from bundle.comparison.one_model import train_model
    from bundle.comparison.runner import devices_named
    from bundle.dataset.description import read_dataset
    from bundle.dataset.summary import dataset_summary
    from bundle.importers.landmark_sets import overlay_for

    dataset = read_dataset(arguments.dataset_dir)
    devices = devices_named(arguments.device)
    plan = _plan(arguments, dataset)
    print(dataset_summary(dataset))
    if (overlay := overlay_for(dataset.landmarks)) and not plan.overlays:
        print(f"whole spines: --overlays {overlay} has sizes and augmentation for them")
    print(f"{plan.methods[-1].name} on {plan.shots[0]} labelled films, preset {plan.preset}, into {arguments.out}")
    outcome = train_model(plan, devices[:1], say=print, announce=show_command)
    for line in closing_lines(arguments.out, outcome):
        print(line)


def _plan(arguments: argparse.Namespace, dataset: DatasetDescription) -> OneModel:
    from bundle.comparison.one_model import OneModel

    labelled = sum(film.labelled for film in dataset.training)
    shots = labelled if arguments.shots is None else arguments.shots
    if not 1 <= shots <= labelled:
        raise ConfigurationError(
            f"--shots is {shots}, and {arguments.dataset_dir / 'dataset.json'} has {labelled} labelled films in "
            "training; label more of them, or give fewer --shots"
        )
    method = _method(arguments.method, arguments.preset, dataset, shots)
    earlier = arguments.warm_start and stage_1_weights(arguments.warm_start.resolve(), method)
    if earlier and not earlier.is_file() and not arguments.out.exists():
        raise ConfigurationError(
            f"--warm_start: {arguments.warm_start} holds no stage 1 ({earlier.parent.name}/{earlier.name}); "
            "give the folder of an earlier train"
        )
    return OneModel(
        dataset_dir=arguments.dataset_dir.resolve(),
        out=arguments.out.resolve(),
        shots=(shots,),
        draws=(arguments.draw,),
        methods=method.lineage,
        **read_configuration(arguments),
        initial_weights=earlier,
        evaluates=False,
    )


def _method(key: str | None, preset: str, dataset: DatasetDescription, shots: int) -> Method:
    """The method asked for, else what the preset and the films allow."""
    pool = bool(dataset.unlabeled) or shots < len(dataset.training)
    judged = any(film.labelled for film in dataset.validation)
    if key is None:
        return _recommended(preset, dataset.repeated, pool, judged, shots)
    return next(method for method in choose_methods(key, dataset.repeated) if method.key == key)


def _recommended(preset: str, repeated: bool, pool: bool, judged: bool, shots: int) -> Method:
    """Windows, which unlabelled films teach as well where there are any; a preset may have a method of its own."""
    if not judged:
        print("no labelled validation films, so stage 1 alone: add some for more")
        return PARTS if repeated else DAG
    if (own := PRESETS[preset].method) and not repeated:
        return own if pool else DAG
    if not pool:
        print("no unlabeled films, so windows alone: add films to learn from for more")
        return PARTS_WINDOWS if repeated else WINDOWS
    if repeated:
        return PARTS_CONFIDENT_WINDOWS
    return WINDOWS_MATCHING_MULTI_VIEW if shots == 1 else WINDOWS_MULTI_VIEW


def closing_lines(run: Path, outcome: Outcome) -> list[str]:
    """What was reached, and how to go on, in three lines."""
    calibrated = "" if outcome.calibrated else ", not calibrated: that takes five labelled validation films"
    declined = f"; not accepted: {'; '.join(outcome.declined)}" if outcome.declined else ""
    warning = "" if outcome.converged else " (stage 1 did NOT converge: label more films or train longer)"
    report = f"; look at {near(outcome.page)}" if outcome.page else ""
    return [
        f"model: {near(outcome.model)}, {outcome.kept}{declined}{calibrated}{warning}",
        f"reached: {outcome.test or 'unknown, there are no labelled test films'}{report}",
        f"next: python -m bundle predict {shlex.quote(str(run))} FILMS --out DIR; more labels lower the error most",
    ]
