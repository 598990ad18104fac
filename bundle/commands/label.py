# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle label`: a page on this machine to place landmarks on the films of a folder."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bundle.commands.configuration import add_configuration, read_configuration
from bundle.commands.extras import needed_by
from bundle.comparison.cells import CONFIGS
from bundle.errors import ConfigurationError
from bundle.importers.landmark_sets import LANDMARK_SETS, overlay_for

if TYPE_CHECKING:
    from fastapi import FastAPI

    from bundle.dataset.description import DatasetDescription
    from bundle.label.study import Study
    from bundle.label.workspace import Workspace

PORT = 8000
BUILT_IN, MONAI_LABEL = "builtin", "monailabel"
REQUIREMENTS = Path(__file__).parents[1] / "label" / "monailabel" / "requirements.txt"
LOOP, LOOP_WINDOWS = CONFIGS / "loop.yaml", CONFIGS / "loop_windows.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("films", type=Path, metavar="FILMS", help="folder of films, which is never written to")
    parser.add_argument(
        "--study", type=Path, metavar="DIR", help="folder of labels, models and settings (default: FILMS-study)"
    )
    parser.add_argument(
        "--landmark_set",
        choices=sorted(LANDMARK_SETS),
        help="landmarks to begin a study with (default: those of FILMS/dataset.json and its labels; else none)",
    )
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"of the address, 0 for any ({PORT})")
    parser.add_argument("--reader", metavar="NAME", help="who labels, kept with every change (default: the page asks)")
    parser.add_argument(
        "--model", type=Path, metavar="RUN", help="folder of a model to propose landmarks (default: the last trained)"
    )
    parser.add_argument(
        "--engine",
        choices=(BUILT_IN, MONAI_LABEL),
        default=BUILT_IN,
        help=f"what serves: {MONAI_LABEL} has the page as well, and MONAI Label's API for its clients ({BUILT_IN})",
    )
    add_configuration(parser)
    parser.set_defaults(overlays=[LOOP], stage2_overlays=[LOOP_WINDOWS])


def run(arguments: argparse.Namespace) -> None:
    """Serve the page until Ctrl-C.

    Raises:
        BundleError: the films or the study cannot be used.
    """
    serve, make_app = _engine(arguments.engine)
    from bundle.label.workspace import Workspace

    films: Path = arguments.films.resolve()
    folder = arguments.study or films.with_name(f"{films.name}-study")
    dataset = _dataset(films) if arguments.landmark_set is None else None
    study = _new_study(films.name, arguments.landmark_set, dataset)
    configuration = read_configuration(arguments)
    if (overlay := overlay_for(study.landmarks)) and configuration["overlays"] == (LOOP,):
        configuration["overlays"] = (LOOP, CONFIGS.parent / overlay)
    workspace = Workspace(
        films,
        folder.resolve(),
        study,
        arguments.reader,
        training_words(configuration),
        arguments.model,
        dataset,
    )
    if dataset is not None and workspace.taken_over:
        print(
            f"dataset.json: {workspace.taken_over} labels taken over; its {len(dataset.test)} test films are left out, "
            "so that nothing learns from them"
        )
    print(f"{len(workspace.films)} films of {films}; everything is saved in {folder}")
    try:
        serve(make_app(workspace), arguments.port, lambda address: print(f"open {address}   (Ctrl-C ends)", flush=True))
    finally:
        workspace.close()


def _engine(engine: str) -> tuple[Callable[..., None], Callable[[Workspace], FastAPI]]:
    """What serves an application, and what makes that of an engine.

    Raises:
        ConfigurationError: a package of it is not installed.
    """
    with needed_by("the page", "label"):
        from bundle.label.app import make_app
        from bundle.label.server import serve
    if engine == MONAI_LABEL:
        try:
            from bundle.label.monailabel.routes import make_app as make_label_app
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                f"--engine {MONAI_LABEL}: {error.name} is not installed; `make monailabel` makes an environment "
                f"that has it, or pip install --no-deps -r {REQUIREMENTS}"
            ) from error
        return serve, make_label_app
    return serve, make_app


def training_words(configuration: Mapping[str, Any]) -> list[str]:
    """The options of `bundle train` that say what `read_configuration` read."""
    words = ["--preset", configuration["preset"]]
    for name in ("overlays", "stage2_overlays"):
        words += [f"--{name}", *map(str, configuration[name])] if configuration[name] else []
    return [*words, "--", *(f"--{name}={value}" for name, value in configuration["settings"].items())]


def _dataset(films: Path) -> DatasetDescription | None:
    """What describes the films, if anything does."""
    from bundle.dataset.description import FILE_NAME, read_dataset

    return read_dataset(films) if (films / FILE_NAME).is_file() else None


def _new_study(name: str, landmark_set: str | None, dataset: DatasetDescription | None) -> Study:
    """What a study begins with where there is none yet."""
    from bundle.label.study import Study

    if landmark_set is not None:
        return Study(name=name, **LANDMARK_SETS[landmark_set].fields())
    if dataset is not None:
        fields = ("name", "landmarks", "skeleton", "parts", "repeated", "pairs")
        return Study(**{field: getattr(dataset, field) for field in fields})
    return Study(name=name)
