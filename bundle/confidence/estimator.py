# SPDX-License-Identifier: Apache-2.0
"""The part that says what error to expect of a network's landmarks; saved beside the weights it was calibrated for."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch
from torch import nn

from bundle.confidence.signals import Signals, expected_error, measure_signals
from bundle.errors import CheckpointError
from bundle.files import sha256_of, write_whole
from bundle.networks import LandmarkNetwork, Look
from bundle.run_folder import confidence_file

logger = logging.getLogger(__name__)


class ConfidenceEstimator(nn.Module):
    """Expects errors of a landmark network by signals of its predictions.

    Args:
        network: not saved with the estimator.
        views: [V, 5], see `bundle.confidence.views.View`; none for a network that tells its spread.
        templates: [K, D], see `landmark_templates`.
    """

    views: torch.Tensor
    templates: torch.Tensor
    weights: torch.Tensor
    error_limit: torch.Tensor
    unlikeness_limit: torch.Tensor

    def __init__(self, network: LandmarkNetwork, views: torch.Tensor, templates: torch.Tensor) -> None:
        super().__init__()
        self.network = [network]  # in a list, so that its weights are not saved here
        self.register_buffer("views", torch.as_tensor(views, dtype=torch.float32))
        self.register_buffer("templates", templates)
        self.register_buffer("weights", torch.zeros(1 + len(Signals._fields)))
        self.register_buffer("error_limit", torch.tensor(torch.inf))
        self.register_buffer("unlikeness_limit", torch.tensor(torch.inf))

    def signals(self, image: torch.Tensor, look: Look) -> Signals:
        """Signals of what the network says of images [B, C, X, Y]."""
        return measure_signals(self.network[0], image, look, self.views, self.templates)

    def forward(self, image: torch.Tensor, look: Look) -> dict[str, torch.Tensor]:
        """Estimate the confidence of a prediction.

        Args:
            image: [B, C, X, Y] in [0, 1].
            look: what the network says of it, and what it saw.

        Returns:
            `expected_error` [B, K] and `error_limit` [B] in longer sides of the image, `unlikeness` [B] and
            `unlikeness_limit` [B]. The error of a landmark that is not learned is NaN; it counts nowhere. That of one
            whose place is no number, by a broken network, is infinite.
        """
        signals = self.signals(image, look)
        films, learned = len(image), self.network[0].learned
        expected = expected_error(torch.stack(signals, dim=-1), self.weights)
        expected = expected.masked_fill(expected.isnan() & learned, torch.inf)
        return {
            "expected_error": expected,
            "error_limit": self.error_limit.expand(films),
            "unlikeness": signals.unlikeness[:, learned].mean(dim=1),
            "unlikeness_limit": self.unlikeness_limit.expand(films),
        }


def spread_estimator(network: LandmarkNetwork, views: Sequence[Sequence[float]]) -> ConfidenceEstimator:
    """An estimator of a network that is not calibrated: it ranks films, and what it says is no error.

    It gives the spread in the place of the expected error, and accepts every film.

    Args:
        network: whose predictions are looked at.
        views: V rows of numbers, see `bundle.confidence.views.View`.
    """
    device = network.mean_shape.device
    estimator = ConfidenceEstimator(network, torch.tensor(views), torch.zeros(len(network.mean_shape), 1)).to(device)
    estimator.weights[1 + Signals._fields.index("spread")] = 1
    return estimator


def save_estimator(estimator: ConfidenceEstimator, weights: str | Path) -> None:
    """Save an estimator beside the weights that it was calibrated for.

    Raises:
        BundleError: the folder cannot be written to.
    """
    state = {"estimator": estimator.state_dict(), "weights_sha256": sha256_of(weights)}
    write_whole(confidence_file(weights), partial(torch.save, state))


def read_estimator(
    weights: str | Path, weights_sha256: str, network: LandmarkNetwork, device: torch.device
) -> ConfidenceEstimator | None:
    """Read the estimator of a weights file of that hash; None, with a warning, where there is none.

    Raises:
        CheckpointError: the file cannot be read, or belongs to other weights.
    """
    file = confidence_file(weights)
    if not file.is_file():
        logger.warning(
            f"{Path(weights).name} is not calibrated, so no error is estimated and no film is flagged; "
            "run calibrate on labelled films that it was not trained on"
        )
        return None
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
        parts = state["estimator"]
        estimator = ConfidenceEstimator(network, parts["views"], parts["templates"])
        estimator.load_state_dict(parts)
    except Exception as error:  # torch raises whatever the broken file leads it to
        raise CheckpointError(f"{file}: cannot be read ({type(error).__name__}); run calibrate again") from error
    if state["weights_sha256"] != weights_sha256:
        raise CheckpointError(
            f"{file}: was calibrated for other weights than {Path(weights).name}; run calibrate again"
        )
    if network.tells_spread and len(estimator.views):
        raise CheckpointError(
            f"{file}: was calibrated by an earlier version, which looked at changed views of a film instead of the "
            "network's windows; run calibrate again"
        )
    return estimator.to(device)
