# SPDX-License-Identifier: Apache-2.0
"""Landmark names as a tensor, so that a state dict of tensors alone (`weights_only=True`) carries them."""

from __future__ import annotations

from collections.abc import Sequence

import torch

NAME_BYTES = 96


def encode_names(names: Sequence[str]) -> torch.Tensor:
    """Return names as [K, 96] uint8 of zero-padded UTF-8; a longer name is cut at a whole character."""
    rows = [name.encode()[:NAME_BYTES].decode(errors="ignore").encode().ljust(NAME_BYTES, b"\0") for name in names]
    return torch.tensor([list(row) for row in rows], dtype=torch.uint8).reshape(len(rows), NAME_BYTES)


def decode_names(names: torch.Tensor) -> list[str]:
    """Return the names of a [K, 96] tensor made by `encode_names`."""
    return [bytes(row).rstrip(b"\0").decode() for row in names.tolist()]
