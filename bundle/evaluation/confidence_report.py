# SPDX-License-Identifier: Apache-2.0
"""What an evaluation says about confidence: a table of films, a reliability diagram, and figures for `metrics.json`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bundle.drawing.figure import MUTED, SERIES, Figure, new_axes, set_labels, write_png
from bundle.evaluation.tables import errors_of, write_frame
from bundle.metrics.reliability import (
    Reliability,
    failures_caught,
    rank_correlation,
    reliability,
    share_of_failures,
)
from bundle.metrics.summary import mean_over_known
from bundle.results.film_result import FilmResult

TABLE = "confidence.csv"
PLOT = "reliability.png"
SUSPICIOUS = 0.1
"""Share of the films on which failures are looked for."""


def write_confidence_report(folder: Path, results: Sequence[FilmResult]) -> dict[str, Any]:
    """Write `confidence.csv`, one row a film, and `reliability.png`.

    Args:
        folder: Folder to write to.
        results: At least one film, each with a `confidence`.

    Returns:
        `confidence`: `rank_correlation` of expected and true errors over all landmarks, and `film_rank_correlation`
        over films; `reviewed` films and `failures_reviewed`, the share of all failures on them (None without
        failures); `failures_in_tenth`, that share on the tenth of the films with the largest expected errors; and
        `reliability`, a list of `expected_px`, `observed_px` and `count`.

    Raises:
        BundleError: a file cannot be written.
    """
    verdicts = [result.confidence for result in results if result.confidence]
    errors = errors_of(results)
    expected = np.stack([result.expected_error_px for result in results])
    suspicion = np.array([verdict.mean_expected_error for verdict in verdicts])
    observed = mean_over_known(errors.pixels, axis=1)
    films = {
        "name": [result.name for result in results],
        "decision": [result.decision for result in results],
        "expected_error_px": suspicion,
        "error_px": observed,
        "unlikeness": [verdict.unlikeness for verdict in verdicts],
        "failures": np.nansum(errors.failures, axis=1),
    }
    write_frame(folder / TABLE, pd.DataFrame(films))
    groups = reliability(expected, errors.pixels)
    write_png(folder / PLOT, draw_reliability(groups))
    reviewed = np.array([result.to_review for result in results])
    summary = {
        "rank_correlation": rank_correlation(expected, errors.pixels),
        "film_rank_correlation": rank_correlation(suspicion, observed),
        "reviewed": int(reviewed.sum()),
        "failures_reviewed": _known(share_of_failures(errors.failures, reviewed)),
        "failures_in_tenth": _known(failures_caught(suspicion, errors.failures, SUSPICIOUS)),
        "reliability": [
            {"expected_px": round(float(group), 4), "observed_px": round(float(true), 4), "count": int(count)}
            for group, true, count in zip(*groups, strict=True)
        ],
    }
    return {"confidence": summary}


def draw_reliability(groups: Reliability) -> Figure:
    """Draw true errors over expected ones; on the diagonal an error is as large as was expected."""
    figure, (chart,) = new_axes()
    most = 1.1 * max(groups.expected.max(), groups.observed.max())
    chart.plot([0, most], [0, most], color=MUTED, linewidth=1)
    chart.plot(groups.expected, groups.observed, color=SERIES[0], linewidth=2, marker="o", markersize=5)
    chart.set(xlim=(0, most), ylim=(0, most))
    set_labels(chart, "True error, px", "expected error, px")
    return figure


def _known(share: float) -> float | None:
    return None if math.isnan(share) else share
