# SPDX-License-Identifier: Apache-2.0
"""Settings of the workflows behind the options of a verb: `-- --NAME VALUE …`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bundle.errors import ConfigurationError


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Tell of them; `bundle.__main__` takes the words behind `--` off before the others are parsed."""
    parser.set_defaults(settings=[])
    parser.add_argument_group(
        "settings", "-- --NAME VALUE ...  at the end: settings for every training, of both stages"
    )


def read_settings(words: Sequence[str]) -> dict[str, str]:
    """Pairs of name and value from `--name value` or `--name=value`.

    Raises:
        ConfigurationError: a word is neither.
    """
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
