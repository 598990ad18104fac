# SPDX-License-Identifier: Apache-2.0
"""How trainings are configured on the command line: a preset, overlays on it, and settings behind `--`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bundle.comparison.cells import CONFIGS
from bundle.comparison.methods import PRESETS
from bundle.errors import ConfigurationError


def add_configuration(parser: argparse.ArgumentParser) -> None:
    """Declare the options; `bundle.__main__` takes the words behind `--` off before the others are parsed."""
    parser.add_argument(
        "--preset", choices=PRESETS, default="cpu", help="small images for CPUs, or the paper's settings (cpu)"
    )
    parser.add_argument(
        "--overlays",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="config files to lay over the preset, for every training, e.g. configs/sites/spine.yaml",
    )
    parser.add_argument(
        "--stage2_overlays",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="config files to lay over the method's, for trainings of stage 2 alone",
    )
    parser.set_defaults(settings=[])
    parser.add_argument_group(
        "settings", "-- --NAME VALUE ...  at the end: settings for every training, of both stages"
    )


def read_configuration(arguments: argparse.Namespace) -> dict[str, Any]:
    """What a `Plan` takes of it.

    Raises:
        ConfigurationError: a word behind `--` is no setting.
    """
    return {
        "preset": arguments.preset,
        "overlays": tuple(map(_found, arguments.overlays)),
        "stage2_overlays": tuple(map(_found, arguments.stage2_overlays)),
        "settings": _settings(arguments.settings),
    }


def _found(file: Path) -> Path:
    """The file; of `configs/…`, where there is none, that of the bundle, so that it is found from any folder."""
    if file.parts[:1] == (CONFIGS.name,) and not file.is_file():
        return CONFIGS.parent / file
    return file.resolve()


def _settings(words: Sequence[str]) -> dict[str, str]:
    """Pairs of name and value from `--name value` or `--name=value`."""
    settings = {}
    rest = list(words)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if not name.startswith("--") or not (equals or rest):
            raise ConfigurationError(
                f"after -- stands {name!r}; give settings as --name value, such as --image_size 256"
            )
        settings[name[2:]] = value if equals else rest.pop(0)
    return settings
