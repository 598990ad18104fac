# SPDX-License-Identifier: Apache-2.0
"""Packages that only one verb needs, and how to get them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bundle.errors import ConfigurationError


@contextmanager
def needed_by(who: str, extra: str) -> Iterator[None]:
    """Around imports: a package that is missing becomes a sentence.

    Args:
        who: Needs it, in the words of a user.
        extra: Of this project that has it.

    Raises:
        ConfigurationError: a package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"{error.name} is not installed, which {who} needs; pip install 'few-shot-dag[{extra}]'"
        ) from error
