# SPDX-License-Identifier: Apache-2.0
"""The section on how well expected errors foretold the true ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from bundle.evaluation.confidence_report import draw_reliability
from bundle.evaluation.reader import Evaluation
from bundle.metrics.reliability import Reliability
from bundle.page.html import inline_chart


def confidence_section(evaluation: Evaluation) -> dict[str, Any] | None:
    """Return what `write_confidence_report` found, with a `plot`; None without calibration."""
    confidence = evaluation.metrics.get("confidence")
    if confidence is None:
        return None
    names = ("expected_px", "observed_px", "count")
    groups = Reliability(*(np.array([group[name] for group in confidence["reliability"]]) for name in names))
    return {**confidence, "plot": inline_chart(draw_reliability(groups), "reliability")}
