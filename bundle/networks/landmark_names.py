# SPDX-License-Identifier: Apache-2.0
"""Landmark names as a tensor, so that a state dict of tensors alone (`weights_only=True`) carries them."""

from __future__ import annotations

from collections.abc import Sequence

import torch

NAME_BYTES = 256  # as bundle.dataset.validation has it; the same for all, so that a network is built without names


def encode_names(names: Sequence[str]) -> torch.Tensor:
    """Return names as [K, 256] uint8 of zero-padded UTF-8.

    Raises:
        ValueError: a name is longer.
    """
    for name in names:
        if len(name.encode()) > NAME_BYTES:
            raise ValueError(f"the landmark name {name!r} has more than {NAME_BYTES} bytes")
    rows = [name.encode().ljust(NAME_BYTES, b"\0") for name in names]
    return torch.tensor([list(row) for row in rows], dtype=torch.uint8).reshape(len(rows), NAME_BYTES)


def decode_names(names: torch.Tensor) -> list[str]:
    """Return the names of a [K, 256] tensor made by `encode_names`."""
    return [bytes(row).rstrip(b"\0").decode() for row in names.tolist()]
