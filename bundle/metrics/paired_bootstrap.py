# SPDX-License-Identifier: Apache-2.0
"""Whether two methods differ beyond chance: both drawings of labelled films and test films are resampled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student_t

CONFIDENCE = 0.95
REPLICATES = 2000


class Interval(NamedTuple):
    """An estimate and its confidence interval, of 95 % where nothing else is asked for."""

    value: float
    low: float
    high: float


class PairedDifference(NamedTuple):
    """Mean error of a first method against that of a second one.

    Attributes:
        difference: First less second, in the unit of the errors.
        ratio: First over second.
    """

    difference: Interval
    ratio: Interval

    @property
    def beyond_chance(self) -> bool:
        """Whether the interval of the difference leaves out 0."""
        return not self.difference.low <= 0 <= self.difference.high


def paired_bootstrap(
    first: np.ndarray, second: np.ndarray, seed: int = 0, confidence: float = CONFIDENCE
) -> PairedDifference | None:
    """Compare the errors of two methods on the same test films after training on the same draws of labelled films.

    A replicate resamples the draws, and the test films jointly for all draws (Owen, "The pigeonhole bootstrap", Annals
    of Applied Statistics 1(2), 2007). Of D draws it takes D - 1, which makes the variance unbiased (Rao and Wu,
    "Resampling inference with complex survey data", JASA 83, 1988). Few draws say little of their own
    spread, and percentiles of replicates do not tell so: three draws would give intervals that miss one time in four.
    So the interval is the estimate plus or minus Student's t times the standard deviation of the replicates, with
    Welch and Satterthwaite's degrees of freedom: about D - 1 where the draws make the difference uncertain, about the
    number of films where the films do. The interval of the ratio is made on its logarithm. With one draw
    only films are resampled; the interval then holds for these labelled films and this training alone.

    Args:
        first: `[D, N, K]` errors of D draws, N test films and K landmarks, in any unit, NaN where unknown.
        second: Errors of the other method, of the same draws, films and landmarks.
        seed: Of the resampling.
        confidence: How often intervals made in this way hold the true value, in [0, 1).

    Returns:
        The comparison over the landmarks known in both; None where an error is infinite, nothing is known, or a method
        makes no error at all.
    """
    known = ~(np.isnan(first) | np.isnan(second))
    first_sums, second_sums = (np.where(known, errors, 0.0).sum(axis=2) for errors in (first, second))
    if not all(np.isfinite(total).all() and total.any() for total in (first_sums, second_sums)):
        return None
    sums = _Sums(first_sums, second_sums, known.sum(axis=2))
    generator = np.random.default_rng(seed)
    draws, films = _resampled_draws(len(first_sums), generator), _resampled_films(first_sums.shape[1], generator)
    every_draw, every_film = np.ones_like(draws), np.ones_like(films)
    variances = [
        np.nanvar(sums.compare(*weights), axis=1)
        for weights in ((draws, films), (draws, every_film), (every_draw, films))
    ]
    freedom = np.array(first_sums.shape) - 1
    values = sums.compare(every_draw[:1], every_film[:1])[:, 0]
    margins = np.array(
        [_margin(together, alone, freedom, confidence) for together, *alone in zip(*variances, strict=True)]
    )
    bounds = zip(values, values - margins, values + margins, strict=True)
    difference, log_ratio = (Interval(*map(float, bound)) for bound in bounds)
    return PairedDifference(difference, Interval(*map(math.exp, log_ratio)))


class _Sums(NamedTuple):
    """Sums `[D, N]` over the landmarks of a film: errors of the two methods, and how many landmarks there are."""

    first: np.ndarray
    second: np.ndarray
    landmarks: np.ndarray

    def compare(self, draws: np.ndarray, films: np.ndarray) -> np.ndarray:
        """Differences of the means and logarithms of their ratios `[2, R]`, for weights `[R, D]` and `[R, N]`."""
        first, second, landmarks = (((draws @ values) * films).sum(axis=1) for values in self)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_ratio = np.log(first / second)
            return np.stack([(first - second) / landmarks, np.where(np.isfinite(log_ratio), log_ratio, np.nan)])


def _resampled_draws(count: int, generator: np.random.Generator) -> np.ndarray:
    """How often each replicate takes each draw, `[R, D]`: D - 1 draws together, or the only one."""
    if count == 1:
        return np.ones((REPLICATES, 1))
    return generator.multinomial(count - 1, np.full(count, 1 / count), REPLICATES).astype(float)


def _resampled_films(count: int, generator: np.random.Generator) -> np.ndarray:
    """How often each replicate takes each film, `[R, N]`."""
    return generator.multinomial(count, np.full(count, 1 / count), REPLICATES).astype(float)


def _margin(together: float, alone: Sequence[float], freedom: np.ndarray, confidence: float) -> float:
    """Half the width of the interval, from the variances over draws and films together and over each of them alone."""
    if together == 0:
        return 0.0
    varied = freedom > 0
    shares = np.array(alone)[varied]
    squares = (shares**2 / freedom[varied]).sum()
    if squares == 0:  # one draw and one film
        return math.inf
    return float(student_t.ppf((1 + confidence) / 2, shares.sum() ** 2 / squares)) * math.sqrt(together)
