# SPDX-License-Identifier: Apache-2.0
"""Public HRNet weights for the backbone, from a file the user has."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NamedTuple

import torch

from bundle.errors import CheckpointError, ConfigurationError
from bundle.networks.hrnet import HRNet

logger = logging.getLogger(__name__)

HEADS = ("incre_modules", "downsamp_modules", "final_layer", "classifier", "last_layer")  # of other tasks


class LoadReport(NamedTuple):
    """What a weights file gave.

    Attributes:
        matched: parameters of the backbone that were loaded.
        missing: parameters of the backbone that keep their random start.
        unused: tensors of the file that have no place in the backbone.
    """

    matched: list[str]
    missing: list[str]
    unused: list[str]


def load_pretrained(backbone: HRNet | None, file: str | Path) -> LoadReport:
    """Load a public HRNet checkpoint (image classification or segmentation) into a backbone and log what matched.

    Kernels are transposed, since images here are [C, X, Y] and there [C, Y, X]; the first convolution of a colour
    network is summed over its input channels for a grey image.

    Raises:
        CheckpointError: the file is missing or unreadable, or nothing in it fits.
        ConfigurationError: the network has no backbone.
    """
    if backbone is None:
        raise ConfigurationError(f"pretrained_backbone: this network has no HRNet that {file} could fit; leave it out")
    source = _state_dict(Path(file))
    target = backbone.state_dict()
    loaded = {}
    for name, tensor in source.items():
        if name not in target:
            continue
        if tensor.ndim == 4:
            tensor = tensor.transpose(2, 3)
        if name == "conv1.weight" and tensor.shape[1] == 3 and target[name].shape[1] == 1:
            tensor = tensor.sum(dim=1, keepdim=True)
        if tensor.shape == target[name].shape:
            loaded[name] = tensor
    if not loaded:
        raise CheckpointError(f"{file}: no tensor fits this backbone; give an HRNet-W18 checkpoint or another backbone")
    backbone.load_state_dict(loaded, strict=False)
    report = LoadReport(
        matched=sorted(loaded),
        missing=sorted(set(target) - set(loaded)),
        unused=sorted(name for name in source if name not in loaded and not name.startswith(HEADS)),
    )
    logger.info(
        f"pretrained backbone {Path(file).name}: {len(report.matched)} of {len(target)} tensors matched, missing "
        f"{report.missing or 'none'}, unused {report.unused or 'none'}"
    )
    return report


def _state_dict(file: Path) -> dict[str, torch.Tensor]:
    if not file.is_file():
        raise CheckpointError(f"{file}: there is no such pretrained backbone; correct the path or leave it out")
    try:
        content = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever the broken file leads it to
        raise CheckpointError(
            f"{file}: is not a readable weights file ({type(error).__name__}); download it again"
        ) from error
    content = content.get("state_dict", content)
    return {name.removeprefix("module.").removeprefix("model."): tensor for name, tensor in content.items()}
