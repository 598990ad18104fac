# SPDX-License-Identifier: Apache-2.0
"""Telling a file's format by the end of its name."""

from __future__ import annotations

from collections.abc import Sequence

from monai.config import PathLike
from monai.utils import ensure_tuple


def has_suffix(filename: Sequence[PathLike] | PathLike, suffixes: Sequence[str]) -> bool:
    """Tell whether all names end in one of the suffixes; MONAI's `is_supported_format` also takes `film.png.json`."""
    return all(
        str(name).lower().endswith(tuple(f".{suffix}" for suffix in suffixes)) for name in ensure_tuple(filename)
    )
