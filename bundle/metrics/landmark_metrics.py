# SPDX-License-Identifier: Apache-2.0
"""Cumulative metrics over landmarks, in the form of `monai.metrics`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from monai.metrics import CumulativeIterationMetric
from monai.metrics.utils import do_metric_reduction
from monai.utils import MetricReduction, convert_to_tensor

from bundle.metrics.levels import level_errors
from bundle.metrics.radial_error import FAILURE_THRESHOLD, detection, failure, from_log_error, log_error, radial_error


class LandmarkMetric(CumulativeIterationMetric):
    """Base of the metrics that hold one value a landmark.

    Points are `[B, K, 2]` tensors, or lists of `[K, 2]`, in pixels of the original film; the buffer is `[B, K]`, NaN
    where a landmark could not be measured.

    Args:
        reduction: One of MONAI's reductions. `mean` weighs every measured landmark alike; MONAI's own would average
            within each film first, which favours the landmarks of incomplete films, and would call an unmeasured set 0.
    """

    def __init__(self, reduction: MetricReduction | str = MetricReduction.MEAN) -> None:
        super().__init__()
        self.reduction = reduction

    def aggregate(self, reduction: MetricReduction | str | None = None) -> torch.Tensor:
        """Reduce all values gathered since the last reset; NaN where nothing was measured.

        Raises:
            ValueError: nothing was gathered.
        """
        values = self.get_buffer()
        if not isinstance(values, torch.Tensor):
            raise ValueError("no landmarks were gathered; call the metric on at least one batch before aggregate()")
        reduction = MetricReduction(reduction or self.reduction)
        if reduction == MetricReduction.MEAN:
            return values[~torch.isnan(values)].mean()
        reduced: torch.Tensor = do_metric_reduction(values, reduction)[0]
        return reduced

    def _compute_list(self, y_pred: Any, y: Any = None, **kwargs: Any) -> Any:
        batched = {key: _stacked(value) for key, value in kwargs.items()}
        return self._compute_tensor(_stacked(y_pred), _stacked(y), **batched)


class RadialErrorMetric(LandmarkMetric):
    """Mean radial error: in pixels, or in millimetres where called with `spacing`, `[B, 2]` mm per pixel."""

    def _compute_tensor(self, y_pred: torch.Tensor, y: torch.Tensor | None = None, **kwargs: Any) -> torch.Tensor:
        return radial_error(y_pred, _required(y), kwargs.get("spacing"))


class BestLevelErrorMetric(LandmarkMetric):
    """Mean radial error in pixels of repeated parts, each film at the level that fits it best; see `level_errors`.

    The buffer is `[B, P * C]` and has the mean error of its film for every true landmark.

    Args:
        parts: `[P, C]` landmark indices, the parts in the order of their chain.
        reduction: See `LandmarkMetric`.
    """

    def __init__(self, parts: Sequence[Sequence[int]], reduction: MetricReduction | str = MetricReduction.MEAN) -> None:
        super().__init__(reduction)
        self.parts = parts

    def _compute_tensor(self, y_pred: torch.Tensor, y: torch.Tensor | None = None, **kwargs: Any) -> torch.Tensor:
        true = _required(y)
        errors = level_errors(y_pred.cpu(), true.cpu(), torch.full((len(true), 2), torch.nan), self.parts).best_pixels
        unknown = torch.isnan(true[:, torch.tensor(self.parts).flatten()]).any(dim=-1)
        return torch.from_numpy(errors).to(true)[:, None].expand(unknown.shape).masked_fill(unknown, torch.nan)


class TypicalErrorMetric(BestLevelErrorMetric):
    """Geometric mean of what `BestLevelErrorMetric` measures, which a few lost films do not decide.

    The buffer has the `log_error` of its film for every true landmark.

    Args:
        parts: `[P, C]` landmark indices, the parts in the order of their chain.
        reduction: See `LandmarkMetric`.
    """

    def aggregate(self, reduction: MetricReduction | str | None = None) -> torch.Tensor:
        """Reduce the logarithms, and return pixels."""
        return from_log_error(super().aggregate(reduction))

    def _compute_tensor(self, y_pred: torch.Tensor, y: torch.Tensor | None = None, **kwargs: Any) -> torch.Tensor:
        return log_error(super()._compute_tensor(y_pred, y, **kwargs))


class FailureRateMetric(LandmarkMetric):
    """Share of landmarks whose error exceeds a share of the image width; call with `size`, `[B, 2]` pixels (X, Y).

    Args:
        threshold: Largest error, as a share of the width, that is no failure.
        reduction: See `LandmarkMetric`.
    """

    def __init__(
        self, threshold: float = FAILURE_THRESHOLD, reduction: MetricReduction | str = MetricReduction.MEAN
    ) -> None:
        super().__init__(reduction)
        self.threshold = threshold

    def _compute_tensor(self, y_pred: torch.Tensor, y: torch.Tensor | None = None, **kwargs: Any) -> torch.Tensor:
        return failure(radial_error(y_pred, _required(y)), kwargs["size"][:, 0], self.threshold)


class SuccessfulDetectionRateMetric(LandmarkMetric):
    """Share of landmarks found within a radius; call with `spacing`, `[B, 2]` mm per pixel, NaN where unknown.

    Args:
        radius: Largest error in millimetres that is a detection.
        reduction: See `LandmarkMetric`.
    """

    def __init__(self, radius: float = 2.0, reduction: MetricReduction | str = MetricReduction.MEAN) -> None:
        super().__init__(reduction)
        self.radius = radius

    def _compute_tensor(self, y_pred: torch.Tensor, y: torch.Tensor | None = None, **kwargs: Any) -> torch.Tensor:
        return detection(radial_error(y_pred, _required(y), kwargs["spacing"]), self.radius)


def _stacked(values: Sequence[Any]) -> torch.Tensor:
    return torch.stack([convert_to_tensor(value, track_meta=False).detach() for value in values])


def _required(y: torch.Tensor | None) -> torch.Tensor:
    if y is None:
        raise ValueError("a landmark metric needs the true landmarks y")
    return y
