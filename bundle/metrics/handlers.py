# SPDX-License-Identifier: Apache-2.0
"""The landmark metrics as Ignite handlers, for `key_metric` and `additional_metrics` of MONAI's evaluators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ignite.engine import Engine
from ignite.metrics.metric import reinit__is_reduced
from monai.handlers import IgniteMetricHandler
from monai.utils import MetricReduction

from bundle.metrics.landmark_metrics import (
    BestLevelErrorMetric,
    FailureRateMetric,
    LandmarkMetric,
    RadialErrorMetric,
    SuccessfulDetectionRateMetric,
    TypicalErrorMetric,
)
from bundle.metrics.radial_error import FAILURE_THRESHOLD


class LandmarkMetricHandler(IgniteMetricHandler):
    """Base of the handlers, whose metric may need to know the size or the spacing of each film.

    Args:
        metric_fn: The metric to feed.
        output_transform: Takes `engine.state.output` to (pred, label), such as
            `monai.handlers.from_engine(["pred", "label"])`.
        film_property: Name under which the metric takes what `batch_transform` gives.
        batch_transform: Takes `engine.state.batch` to that property of each film, such as
            `monai.handlers.from_engine("spacing")`; None where the metric needs none.
        save_details: Whether the `[N, K]` values go to `engine.state.metric_details` under the metric's name.
    """

    def __init__(
        self,
        metric_fn: LandmarkMetric,
        output_transform: Callable,
        film_property: str,
        batch_transform: Callable | None,
        save_details: bool,
    ) -> None:
        super().__init__(metric_fn=metric_fn, output_transform=output_transform, save_details=save_details)
        self.film_property = film_property
        self.batch_transform = batch_transform

    def iteration_completed(self, engine: Engine) -> None:
        """Add one batch, whole: Ignite would take lists apart, film by film, and allows no third element."""
        output = self._output_transform(engine.state.output)
        rest = (self.batch_transform(engine.state.batch),) if self.batch_transform else ()
        self.update((*output, *rest))

    @reinit__is_reduced
    def update(self, output: Sequence[Any]) -> None:
        """Add predicted landmarks, true landmarks and, where the metric needs it, the property of each film."""
        pred, label, *rest = output
        self.metric_fn(pred, label, **({self.film_property: rest[0]} if rest else {}))


class MeanRadialError(LandmarkMetricHandler):
    """Mean radial error; lower is better.

    Args:
        output_transform: To (pred, label) in pixels of the original film.
        batch_transform: To the spacing of each film for an error in millimetres; None for pixels.
        reduction: See `LandmarkMetric`.
        save_details: Whether to keep the error of every landmark.
    """

    def __init__(
        self,
        output_transform: Callable = lambda x: x,
        batch_transform: Callable | None = None,
        reduction: MetricReduction | str = MetricReduction.MEAN,
        save_details: bool = True,
    ) -> None:
        super().__init__(RadialErrorMetric(reduction), output_transform, "spacing", batch_transform, save_details)


class BestLevelError(LandmarkMetricHandler):
    """Mean radial error in pixels of repeated parts, each film at the level that fits it best; lower is better.

    Args:
        parts: `[P, C]` landmark indices, the parts in the order of their chain.
        output_transform: To (pred, label) in pixels of the original film.
        reduction: See `LandmarkMetric`.
        save_details: Whether to keep the error of every landmark.
    """

    metric = BestLevelErrorMetric

    def __init__(
        self,
        parts: Sequence[Sequence[int]],
        output_transform: Callable = lambda x: x,
        reduction: MetricReduction | str = MetricReduction.MEAN,
        save_details: bool = True,
    ) -> None:
        super().__init__(self.metric(parts, reduction), output_transform, "spacing", None, save_details)


class TypicalError(BestLevelError):
    """Geometric mean over films of the error of `BestLevelError`, whose details are logarithms; lower is better."""

    metric = TypicalErrorMetric


class FailureRate(LandmarkMetricHandler):
    """Share of landmarks whose error exceeds a share of the image width; lower is better.

    Args:
        output_transform: To (pred, label) in pixels of the original film.
        batch_transform: To the size (X, Y) of each original film.
        threshold: Largest error, as a share of the width, that is no failure.
        reduction: See `LandmarkMetric`.
        save_details: Whether to keep the verdict on every landmark.
    """

    def __init__(
        self,
        output_transform: Callable = lambda x: x,
        batch_transform: Callable = lambda x: x,
        threshold: float = FAILURE_THRESHOLD,
        reduction: MetricReduction | str = MetricReduction.MEAN,
        save_details: bool = True,
    ) -> None:
        metric = FailureRateMetric(threshold, reduction)
        super().__init__(metric, output_transform, "size", batch_transform, save_details)


class SuccessfulDetectionRate(LandmarkMetricHandler):
    """Share of landmarks found within a radius; higher is better.

    Args:
        output_transform: To (pred, label) in pixels of the original film.
        batch_transform: To the spacing of each film in mm per pixel.
        radius: Largest error in millimetres that is a detection.
        reduction: See `LandmarkMetric`.
        save_details: Whether to keep the verdict on every landmark.
    """

    def __init__(
        self,
        output_transform: Callable = lambda x: x,
        batch_transform: Callable = lambda x: x,
        radius: float = 2.0,
        reduction: MetricReduction | str = MetricReduction.MEAN,
        save_details: bool = True,
    ) -> None:
        metric = SuccessfulDetectionRateMetric(radius, reduction)
        super().__init__(metric, output_transform, "spacing", batch_transform, save_details)
