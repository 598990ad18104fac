# SPDX-License-Identifier: Apache-2.0
"""The parts that a dataset declares, as indices of its landmarks."""

from __future__ import annotations

from pathlib import Path

from bundle.dataset.description import FILE_NAME, DatasetDescription, read_dataset
from bundle.errors import DatasetError


def repeated_parts(dataset_dir: str | Path) -> list[list[int]] | None:
    """Which landmarks belong to each of P parts that are alike, such as vertebrae.

    Returns:
        `[P, C]` landmark indices, the parts in the order of their chain and the C landmarks of each in the same order;
        None where the dataset declares no repeated parts.

    Raises:
        DatasetError: the dataset breaks a rule of its format.
    """
    return parts_of(read_dataset(dataset_dir))


def require_repeated_parts(dataset_dir: str | Path) -> list[list[int]]:
    """Return what `repeated_parts` does, to a network that is made of them.

    Raises:
        DatasetError: the dataset declares no repeated parts, or breaks a rule of its format.
    """
    parts = repeated_parts(dataset_dir)
    if parts is None:
        raise DatasetError(
            f"{Path(dataset_dir) / FILE_NAME}: repeated: declares no repeated parts, which this network is made of; "
            "declare them as docs/reference/data_format.md shows, or leave out its overlay"
        )
    return parts


def parts_of(dataset: DatasetDescription) -> list[list[int]] | None:
    """Return what `repeated_parts` does of a dataset that is read already."""
    if not dataset.repeated:
        return None
    index = {name: number for number, name in enumerate(dataset.landmarks)}
    return [[index[name] for name in landmarks] for landmarks in dataset.parts.values()]


def flipped_order(dataset_dir: str | Path) -> list[int] | None:
    """Which landmark stands for each one in a film that is flipped from left to right.

    Returns:
        `[K]` landmark indices: point i of the flipped film is the mirrored point `order[i]` of the film; None where the
        dataset declares no pairs.

    Raises:
        DatasetError: the dataset breaks a rule of its format.
    """
    dataset = read_dataset(dataset_dir)
    if not dataset.pairs:
        return None
    partner = {name: other for pair in dataset.pairs for name, other in (pair, pair[::-1])}
    return [dataset.landmarks.index(partner.get(name, name)) for name in dataset.landmarks]
