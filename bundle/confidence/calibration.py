# SPDX-License-Identifier: Apache-2.0
"""From signals to an error to expect: chosen and fitted on validation films."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls

from bundle.confidence.signals import Signals, expected_error
from bundle.metrics.reliability import rank_correlation


class Calibration(NamedTuple):
    """How an expected error follows from signals.

    Attributes:
        signals: names of the chosen signals.
        weights: `[1 + S]` of a constant and of the S signals, none below 0; 0 for signals that were not chosen.
        rank_correlations: Spearman's correlation between expected and true error, for each choice of signals.
        expected: `[N, K]` errors expected of the validation films, each by weights fitted to the others.
    """

    signals: tuple[str, ...]
    weights: np.ndarray
    rank_correlations: dict[str, float]
    expected: np.ndarray


def calibrate(signals: np.ndarray, errors: np.ndarray) -> Calibration:
    """Choose the signals that rank errors best, and fit the expected error as a sum of them without negative weights.

    The candidates are each signal alone and all together. They are judged by leaving out one film at a time. A sum with
    weights of at least 0 grows with every signal, and goes on growing on films unlike all others.

    Args:
        signals: `[N, K, S]`, the fields of `Signals` in order.
        errors: `[N, K]` true errors, NaN where unknown.
    """
    candidates = [(index,) for index in range(signals.shape[-1])] + [tuple(range(signals.shape[-1]))]
    expected = {chosen: _left_out(signals, errors, chosen) for chosen in candidates}
    ranked = {chosen: rank_correlation(values, errors) for chosen, values in expected.items()}
    best = max(candidates, key=lambda chosen: ranked[chosen])
    return Calibration(
        tuple(Signals._fields[index] for index in best),
        _fit(signals, errors, best),
        {" + ".join(Signals._fields[index] for index in chosen): value for chosen, value in ranked.items()},
        expected[best],
    )


def _left_out(signals: np.ndarray, errors: np.ndarray, chosen: Sequence[int]) -> np.ndarray:
    def film_by_film() -> Iterator[np.ndarray]:
        for film in range(len(signals)):
            others = np.arange(len(signals)) != film
            yield expected_error(signals[film], _fit(signals[others], errors[others], chosen))

    return np.stack(list(film_by_film()))


def _fit(signals: np.ndarray, errors: np.ndarray, chosen: Sequence[int]) -> np.ndarray:
    known = np.isfinite(errors)
    columns = np.column_stack([np.ones(known.sum()), signals[known][:, list(chosen)]])
    scale = np.maximum(columns.mean(axis=0), np.finfo(float).tiny)
    weights = np.zeros(1 + signals.shape[-1])
    weights[[0, *(1 + index for index in chosen)]] = nnls(columns / scale, errors[known])[0] / scale
    return weights
