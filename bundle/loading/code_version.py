# SPDX-License-Identifier: Apache-2.0
"""What films look like to a network depends on code as well: a version that changes with it."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

LIBRARIES = ("numpy", "torch", "monai", "pydicom", "imagecodecs", "pillow", "nibabel", "itk-io")
"""Distributions whose code the films pass through; a test holds this against what the readers import."""

_PACKAGE = Path(__file__).resolve().parents[1]


def code_version(transforms: Iterable[object]) -> str:
    """SHA-256 of the code that the transforms are made of: every module of their rooms, and the libraries' versions.

    A hash of the source and no number, since nobody can forget to raise it. It changes with a comment too, which costs
    one decoding of the films; a number that was not raised would cost wrong pixels without a word.

    Args:
        transforms: of this bundle or of the libraries.
    """
    files = (Path(inspect.getfile(type(transform))).resolve() for transform in transforms)
    rooms = sorted({file.parent for file in files if file.is_relative_to(_PACKAGE)})
    parts = [_version_of(library) for library in LIBRARIES] + [_source_of(room) for room in rooms]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def _source_of(room: Path) -> str:
    modules = sorted(room.glob("*.py"))
    return "\n".join(f"{module.name} {hashlib.sha256(module.read_bytes()).hexdigest()}" for module in modules)


@cache
def _version_of(library: str) -> str:
    try:
        return f"{library} {metadata.version(library)}"
    except metadata.PackageNotFoundError:
        return f"{library} unknown"
