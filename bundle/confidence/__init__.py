# SPDX-License-Identifier: Apache-2.0
"""How far a landmark is to be trusted: an error to expect of each, and films that somebody should look at."""

from bundle.confidence.estimator import read_estimator, spread_estimator
from bundle.confidence.handlers import Calibrate, EstimateConfidence, LookInferer
from bundle.confidence.verdict import Confidence
from bundle.run_folder import confidence_file

__all__ = [
    "Calibrate",
    "Confidence",
    "EstimateConfidence",
    "LookInferer",
    "confidence_file",
    "read_estimator",
    "spread_estimator",
]
