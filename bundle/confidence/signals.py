# SPDX-License-Identifier: Apache-2.0
"""What can be seen of a prediction without knowing the truth, and may tell how wrong it is."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
import torch
from monai.networks.utils import eval_mode

from bundle.confidence.shape_distance import shape_distance
from bundle.confidence.views import View
from bundle.networks import LandmarkNetwork, Look
from bundle.networks.landmark_features import features_at

Array = TypeVar("Array", np.ndarray, torch.Tensor)


class Signals(NamedTuple):
    """Three signals of B films of K landmarks, each [B, K], 0 at its best, NaN for a landmark without a place.

    Attributes:
        spread: how far about it the landmark may lie, in longer sides of the image: as the network says, see
            `Look`, else the mean distance of the predictions in several views from their mean.
        shape: distance from the mean shape, in longer sides of the image.
        unlikeness: 1 less the cosine between the features there and at the landmark of the labelled films, 0 to 2.
    """

    spread: torch.Tensor
    shape: torch.Tensor
    unlikeness: torch.Tensor


def measure_signals(
    network: LandmarkNetwork, image: torch.Tensor, look: Look, views: torch.Tensor, templates: torch.Tensor
) -> Signals:
    """Measure the signals of a prediction.

    Args:
        network: whose mode is kept; evaluators leave it in training mode after their own pass.
        image: [B, C, X, Y] in [0, 1].
        look: what the network says of the image, and what it saw.
        views: [V, 5], see `View`; not looked at where the network tells its spread.
        templates: [K, D], unit vectors, see `landmark_templates`.
    """
    vertices, features, spread = look
    if spread is None:
        with eval_mode(network):
            spread = _spread_in_views(network, image, vertices, views)
    seen = features_at(features, vertices.nan_to_num(), image.shape[-2:], network.stride)
    likeness = (seen * templates).sum(dim=-1)
    learned = network.learned
    shape = torch.full_like(spread, torch.nan)
    shape[:, learned] = shape_distance(vertices[:, learned], network.mean_shape[learned])
    nowhere = vertices.isnan().any(dim=-1)
    return Signals(spread.masked_fill(nowhere, torch.nan), shape, (1 - likeness).masked_fill(nowhere, torch.nan))


def _spread_in_views(
    network: LandmarkNetwork, image: torch.Tensor, vertices: torch.Tensor, views: torch.Tensor
) -> torch.Tensor:
    shown = [View(numbers, image.shape[-2:]) for numbers in views]
    predictions = torch.stack([vertices, *(view.restore(network(view.show(image))) for view in shown)])
    return (predictions - predictions.mean(dim=0)).norm(dim=-1).mean(dim=0)


def expected_error(signals: Array, weights: Array) -> Array:
    """The expected errors [..., K] of signals [..., K, S] by weights [1 + S], the first of which is a constant."""
    return weights[0] + signals @ weights[1:]
