# SPDX-License-Identifier: Apache-2.0
"""Checks of the `parts` and `pairs` of a `dataset.json`: what they name exists, each once, and like parts are alike."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from bundle.errors import DatasetError

if TYPE_CHECKING:
    from bundle.dataset.description import DatasetDescription

FEWEST_REPEATED = 3
"""Parts that make a chain: one of two is told from the other by its end."""


def check_parts(file: Path, dataset: DatasetDescription) -> None:
    """Check parts and pairs.

    Raises:
        DatasetError: naming the file, the field and the remedy of the first fault.
    """
    parts = {f"parts[{name!r}]": landmarks for name, landmarks in dataset.parts.items()}
    pairs = {f"pairs[{index}]": pair for index, pair in enumerate(dataset.pairs)}
    for groups in (parts, pairs):
        _check_named_once(file, dataset.landmarks, groups.items())
    if dataset.repeated:
        _check_alike(file, parts)


def _check_named_once(file: Path, names: tuple[str, ...], groups: Iterable[tuple[str, tuple[str, ...]]]) -> None:
    known, first = set(names), dict[str, str]()
    for field, landmarks in groups:
        for name in landmarks:
            if name not in known:
                raise DatasetError(f"{file}: {field} names {name!r}, which is none of landmarks; correct the name")
            if name in first:
                raise DatasetError(f"{file}: {field} names {name!r}, as {first[name]} does; name each landmark once")
            first[name] = field


def _check_alike(file: Path, parts: dict[str, tuple[str, ...]]) -> None:
    if len(parts) < FEWEST_REPEATED:
        raise DatasetError(
            f"{file}: repeated is true of {len(parts)} parts; declare at least {FEWEST_REPEATED} in parts, or leave "
            "repeated out"
        )
    (first, landmarks), *others = parts.items()
    for field, other in others:
        if len(other) != len(landmarks):
            raise DatasetError(
                f"{file}: {field} has {len(other)} landmarks where {first} has {len(landmarks)}; give repeated parts "
                "the same landmarks, or leave repeated out"
            )
