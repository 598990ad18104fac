# SPDX-License-Identifier: Apache-2.0
"""What the options of `python -m bundle import` say of names and numbers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bundle.importers.statement import Statement


def typed_names(option: str | None) -> tuple[str, ...] | None:
    """Landmark names as they are typed, a,b,c, or those of a file with one name a line; None where none are given."""
    if option is None:
        return None
    names = Path(option).read_text(encoding="utf-8").splitlines() if Path(option).is_file() else option.split(",")
    return tuple(name.strip() for name in names if name.strip())


def statement(arguments: argparse.Namespace) -> Statement:
    """What the user says of the numbers of the points.

    Raises:
        ConfigurationError: the spacing is that of no radiograph.
    """
    from bundle.errors import ConfigurationError
    from bundle.films.pixel_spacing import PLAUSIBLE_RANGE, is_plausible
    from bundle.importers.annotations import Unit
    from bundle.importers.statement import Statement

    if arguments.spacing is not None and not is_plausible(arguments.spacing):
        raise ConfigurationError(f"--spacing is {arguments.spacing:g}, not {PLAUSIBLE_RANGE} mm per pixel; correct it")
    numbers = tuple(number for number in arguments.missing if number is not None)
    unit = None if arguments.units is None else Unit(arguments.units)
    return Statement(unit, arguments.spacing, numbers, all_points=None in arguments.missing)
