# SPDX-License-Identifier: Apache-2.0
"""How well measurements agree with the truth: mean absolute error, Bland-Altman limits, and AASCE's SMAPE."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

LIMITS = 1.96
"""Half width of the limits of agreement in standard deviations: 95 % of a normal distribution."""


class Agreement(NamedTuple):
    """Agreement over the films on which both values are known; None where too few are.

    Attributes:
        films: Number of these films.
        not_measured: Number of further films on which the truth is known and the prediction is not.
        mean_absolute_error: In the unit of the measurement, as all below.
        bias: Mean difference, predicted minus true.
        lower_limit: Bias minus 1.96 standard deviations of the differences (of the sample).
        upper_limit: Bias plus as much.
    """

    films: int
    not_measured: int
    mean_absolute_error: float | None
    bias: float | None
    lower_limit: float | None
    upper_limit: float | None


def agreement(predicted: np.ndarray, true: np.ndarray) -> Agreement:
    """Compare a measurement on films with its truth (Bland and Altman, Lancet 1986).

    Args:
        predicted: `[N]` values, NaN where not measured.
        true: `[N]` true values, NaN where unknown.
    """
    differences = predicted - true
    known = differences[~np.isnan(differences)]
    not_measured = int((np.isnan(predicted) & ~np.isnan(true)).sum())
    if not known.size:
        return Agreement(0, not_measured, None, None, None, None)
    error, bias = float(np.abs(known).mean()), float(known.mean())
    if known.size < 2:
        return Agreement(known.size, not_measured, error, bias, None, None)
    half_width = LIMITS * float(known.std(ddof=1))
    return Agreement(known.size, not_measured, error, bias, bias - half_width, bias + half_width)


def symmetric_percentage_error(predicted: np.ndarray, true: np.ndarray) -> float | None:
    """SMAPE of AASCE 2019 in per cent: over films the mean of sum |p - t| / sum (p + t), the sums over its angles.

    Args:
        predicted: `[N, A]` angles, none negative, NaN where not measured.
        true: `[N, A]` true angles.

    Returns:
        None where no film has all angles.
    """
    total = (predicted + true).sum(axis=1)
    complete = total > 0
    if not complete.any():
        return None
    return float(100 * np.mean(np.abs(predicted - true).sum(axis=1)[complete] / total[complete]))
