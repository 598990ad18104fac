# SPDX-License-Identifier: Apache-2.0
"""Public HRNet weights for the backbone, from a file the user has."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NamedTuple

import torch

from bundle.errors import ConfigurationError
from bundle.networks.hrnet import HRNet
from bundle.networks.published import read_published, require_tensors

logger = logging.getLogger(__name__)

HEADS = ("incre_modules", "downsamp_modules", "final_layer", "classifier", "last_layer")  # of other tasks
OWN = ("fusion",)  # of this bundle
COUNTER = "num_batches_tracked"  # of batch norm, which nothing reads; old files have none


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
        CheckpointError: the file is missing or unreadable, or is not of this backbone.
        ConfigurationError: the network has no backbone.
    """
    if backbone is None:
        raise ConfigurationError(f"pretrained_backbone: this network has no HRNet that {file} could fit; leave it out")
    source = {name: _as_here(name, tensor) for name, tensor in read_published(file, "pretrained_backbone").items()}
    target = {name: tensor for name, tensor in backbone.state_dict().items() if not name.endswith(COUNTER)}
    needed = {name: tensor.shape for name, tensor in target.items() if not name.startswith(OWN)}
    remedy = "give an HRNet-W18 checkpoint and --backbone hrnet_w18, or leave out --pretrained_backbone"
    require_tensors(file, source, needed, "this backbone", remedy)
    backbone.load_state_dict({name: source[name] for name in needed}, strict=False)
    report = LoadReport(
        matched=sorted(needed),
        missing=sorted(set(target) - set(needed)),
        unused=sorted(name for name in set(source) - set(needed) if not (name.startswith(HEADS) or COUNTER in name)),
    )
    logger.info(
        f"pretrained backbone {Path(file).name}: {len(report.matched)} of {len(target)} tensors matched, missing "
        f"{report.missing or 'none'}, unused {report.unused or 'none'}"
    )
    return report


def _as_here(name: str, tensor: torch.Tensor) -> torch.Tensor:
    if tensor.ndim == 4:
        tensor = tensor.mT
    return tensor.sum(dim=1, keepdim=True) if name == "conv1.weight" else tensor
