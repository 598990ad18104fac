# SPDX-License-Identifier: Apache-2.0
"""Landmark metrics: radial error, failure rate, successful detection rate, and their Ignite handlers."""

from bundle.metrics.handlers import (
    BestLevelError,
    FailureRate,
    MeanRadialError,
    SuccessfulDetectionRate,
    TypicalError,
)
from bundle.metrics.landmark_metrics import (
    BestLevelErrorMetric,
    FailureRateMetric,
    RadialErrorMetric,
    SuccessfulDetectionRateMetric,
    TypicalErrorMetric,
)
from bundle.metrics.radial_error import radial_error
from bundle.metrics.summary import landmark_errors, summarize_errors

__all__ = [
    "BestLevelError",
    "BestLevelErrorMetric",
    "FailureRate",
    "FailureRateMetric",
    "MeanRadialError",
    "RadialErrorMetric",
    "SuccessfulDetectionRate",
    "SuccessfulDetectionRateMetric",
    "TypicalError",
    "TypicalErrorMetric",
    "landmark_errors",
    "radial_error",
    "summarize_errors",
]
