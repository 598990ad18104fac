# SPDX-License-Identifier: Apache-2.0
"""Weights that others have published, from a file that the user has: nothing is downloaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from bundle.errors import CheckpointError

PREFIXES = ("module.", "model.")


def read_published(file: str | Path, setting: str) -> dict[str, torch.Tensor]:
    """Read the tensors of a published checkpoint by their names, without the prefixes that a training put before them.

    Args:
        file: a state dict, or a dictionary that holds one as `state_dict`.
        setting: that names the file, for the remedy.

    Raises:
        CheckpointError: the file is missing or unreadable, or is no state dict.
    """
    if not Path(file).is_file():
        raise CheckpointError(f"{file}: there is no such file of weights; correct --{setting}, or leave it out")
    try:
        content = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever the broken file leads it to
        raise CheckpointError(
            f"{file}: is not a readable weights file ({type(error).__name__}); download it again"
        ) from error
    state = content.get("state_dict", content) if isinstance(content, Mapping) else {}
    if not isinstance(state, Mapping) or not all(isinstance(tensor, torch.Tensor) for tensor in state.values()):
        state = {}
    if not state:
        raise CheckpointError(f"{file}: holds no tensors by their names; give the published state dict as --{setting}")
    return {_without_prefixes(name): tensor for name, tensor in state.items()}


def require_tensors(
    file: str | Path, state: Mapping[str, torch.Tensor], shapes: Mapping[str, Sequence[int]], network: str, remedy: str
) -> None:
    """Make sure that a checkpoint holds the tensors of a network.

    Args:
        file: of the checkpoint.
        state: its tensors.
        shapes: of the tensors that the network needs, by name.
        network: what it is.
        remedy: what to give instead.

    Raises:
        CheckpointError: naming the first tensor that is missing or of another shape.
    """
    for name, shape in shapes.items():
        if name not in state:
            wrong = f"{name} is missing"
        elif tuple(state[name].shape) != tuple(shape):
            wrong = f"{name} is {_sides(state[name].shape)} and has to be {_sides(shape)}"
        else:
            continue
        raise CheckpointError(f"{file}: does not hold {network} ({wrong}); {remedy}")


def _without_prefixes(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _sides(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape)) or "one number"
