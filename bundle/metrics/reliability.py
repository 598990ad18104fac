# SPDX-License-Identifier: Apache-2.0
"""How well expected errors foretell the true ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import spearmanr


class Reliability(NamedTuple):
    """Landmarks in groups of about equal size, from the smallest expected error to the largest.

    Attributes:
        expected: `[G]` mean expected error of each group.
        observed: `[G]` mean true error of each group.
        landmarks: `[G]`, how many each group has.
    """

    expected: np.ndarray
    observed: np.ndarray
    landmarks: np.ndarray


def reliability(expected: np.ndarray, errors: np.ndarray, groups: int = 10) -> Reliability:
    """Compare expected with true errors, group by group; calibrated errors are equal in each.

    Args:
        expected: of any shape.
        errors: true errors in the same unit and shape, NaN where unknown; at least one is known.
        groups: most groups to make.
    """
    known = np.isfinite(expected) & np.isfinite(errors)
    order = np.argsort(expected[known], kind="stable")
    parts = np.array_split(order, min(groups, len(order)))
    means = [np.array([values[known][part].mean() for part in parts]) for values in (expected, errors)]
    return Reliability(means[0], means[1], np.array([len(part) for part in parts]))


def rank_correlation(expected: np.ndarray, errors: np.ndarray) -> float:
    """Spearman's correlation of expected and true errors where both are known; 0 where one does not vary."""
    known = np.isfinite(expected) & np.isfinite(errors)
    if known.sum() < 2 or min(np.ptp(expected[known]), np.ptp(errors[known])) == 0:
        return 0.0
    return float(spearmanr(expected[known], errors[known]).statistic)


def share_of_failures(failures: np.ndarray, films: np.ndarray) -> float:
    """Share of the failures that lie on some of the films; NaN where there is no failure.

    Args:
        failures: `[N, K]` 1 for a failure, 0 for none, NaN where unknown.
        films: `[N]` mask, or indices, of those films.
    """
    per_film = np.nansum(failures, axis=1)
    return float(per_film[films].sum() / per_film.sum()) if per_film.sum() else float("nan")


def failures_caught(suspicion: np.ndarray, failures: np.ndarray, share: float) -> float:
    """The `share_of_failures` that lie on the most suspicious films.

    Args:
        suspicion: `[N]` of each film.
        failures: `[N, K]`.
        share: share of the films to look at, rounded up to whole films.
    """
    looked_at = np.argsort(-suspicion, kind="stable")[: int(np.ceil(share * len(suspicion)))]
    return share_of_failures(failures, looked_at)
