# SPDX-License-Identifier: Apache-2.0
"""What a network sees at landmarks, and what it sees at them on the mean of some labelled films."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from monai.networks.utils import eval_mode
from torch.nn import functional

from bundle.networks.bilinear_sample import bilinear_sample
from bundle.networks.landmark_network import LandmarkNetwork


def features_at(features: torch.Tensor, vertices: torch.Tensor, size: tuple[int, ...], stride: int) -> torch.Tensor:
    """Features at vertices [B, K, 2] in [0, 1]: unit vectors [B, K, D].

    Args:
        features: [B, D, X / stride, Y / stride], see `LandmarkNetwork.features`.
        vertices: they are looked at there.
        size: X and Y of the images.
        stride: of the network.
    """
    return functional.normalize(bilinear_sample(features, vertices, size, stride), dim=-1)


def landmark_templates(network: LandmarkNetwork, films: Iterable[Mapping[str, Any]]) -> torch.Tensor:
    """Mean feature at each landmark of labelled films: unit vectors [K, D], 0 for a landmark that none has.

    Args:
        network: whose features are taken, in evaluation mode; its mode is kept.
        films: at least one, with `image` [C, X, Y] in [0, 1] and `label` [K, 2] in [0, 1], NaN where missing.
    """
    device = network.mean_shape.device
    found = []
    for film in films:
        image, label = film["image"][None].to(device), film["label"][None].to(device)
        known = label.isfinite().all(dim=-1, keepdim=True)
        with eval_mode(network):
            features = network.features(image)
        found.append(features_at(features, label.nan_to_num(), image.shape[-2:], network.stride) * known)
    return functional.normalize(torch.cat(found).sum(dim=0), dim=-1)
