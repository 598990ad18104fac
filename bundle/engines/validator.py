# SPDX-License-Identifier: Apache-2.0
"""The evaluator by which a training is judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from ignite.metrics import Metric
from monai.engines import SupervisedEvaluator
from monai.handlers import from_engine
from monai.transforms import Compose
from torch import nn

from bundle.input_size import InputSize
from bundle.metrics import BestLevelError, MeanRadialError, TypicalError
from bundle.run_folder import BEST_LEVEL, TYPICAL
from bundle.transforms import LearnedLandmarksd, RestoreLandmarksd

KEY_METRIC = "mean_radial_error"


class Validator(SupervisedEvaluator):
    """Mean radial error of a network on labelled films, in pixels of the original films; the smaller, the better.

    Args:
        network: a `LandmarkNetwork`.
        image_size: of what it sees: side of a square in pixels, or width and height.
        name: of the key metric.
        parts: [P, C] landmark indices of repeated parts, whose error at the best level is measured as well, where the
            parts hold every landmark.
        **settings: of MONAI's `SupervisedEvaluator`; batches have `label` [B, K, 2] in [0, 1] of the image.
    """

    def __init__(
        self,
        network: nn.Module,
        image_size: InputSize,
        name: str = KEY_METRIC,
        parts: Sequence[Sequence[int]] | None = None,
        **settings: Any,
    ) -> None:
        compared = from_engine(["pred", "label"])
        of_parts: dict[str, Metric] | None = None
        if parts and sum(map(len, parts)) == network.num_landmarks:
            of_parts = {BEST_LEVEL: BestLevelError(parts, compared), TYPICAL: TypicalError(parts, compared)}
        super().__init__(
            network=network,
            postprocessing=Compose(
                [LearnedLandmarksd("label", network), RestoreLandmarksd(["pred", "label"], image_size)]
            ),
            key_val_metric={name: MeanRadialError(output_transform=compared)},
            additional_metrics=of_parts,
            metric_cmp_fn=_is_smaller,
            **settings,
        )
        self.image_size = image_size

    def of(self, network: nn.Module, name: str) -> Validator:
        """Return one of the same films for another network, under a name of its own."""
        device: torch.device = self.state.device
        return Validator(
            network,
            self.image_size,
            f"{name}_{KEY_METRIC}",
            device=device,
            val_data_loader=self.data_loader,
            inferer=self.inferer,
        )


def _is_smaller(error: float, best: float) -> bool:
    """Whether an error is the best so far; MONAI begins with -1."""
    return best < 0 or error < best
