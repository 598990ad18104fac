# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from bundle.confidence.calibration import calibrate
from bundle.confidence.signals import expected_error


@pytest.fixture
def signals() -> np.ndarray:
    """Signals of 12 films of 5 landmarks."""
    return np.random.default_rng(0).uniform(0.01, 0.1, (12, 5, 3))


@pytest.mark.parametrize(("index", "name"), [(0, "spread"), (1, "shape"), (2, "unlikeness")])
def test_the_signal_that_tells_the_error_is_chosen_and_its_weights_found(signals: np.ndarray, index: int, name: str):
    noise = np.random.default_rng(1).uniform(-1, 1, (12, 5)) * 1e-4
    result = calibrate(signals, 0.02 + 0.5 * signals[..., index] + noise)
    assert name in result.signals
    assert result.rank_correlations[name] > 0.99
    assert result.weights[[0, 1 + index]] == pytest.approx([0.02, 0.5], abs=5e-3)


def test_signals_that_tell_more_together_are_used_together(signals: np.ndarray):
    result = calibrate(signals, signals.sum(axis=-1))
    assert result.signals == ("spread", "shape", "unlikeness")
    assert result.weights == pytest.approx([0, 1, 1, 1], abs=1e-6)


def test_a_film_is_judged_by_the_others(signals: np.ndarray):
    errors = signals[..., 0].copy()
    errors[7] += 10
    assert calibrate(signals, errors).expected[7].max() < 1


def test_expected_errors_are_as_large_as_true_ones_and_never_fall_with_a_signal(signals: np.ndarray):
    errors = np.random.default_rng(2).exponential(0.05, (12, 5))
    errors[3, 2] = np.nan
    result = calibrate(signals, errors)
    known = np.isfinite(errors)
    assert expected_error(signals, result.weights)[known].mean() <= errors[known].mean() * 1.0001
    assert (result.weights >= 0).all()


def test_errors_that_are_all_alike_are_no_reason_to_fail(signals: np.ndarray):
    result = calibrate(signals, np.full((12, 5), 0.03))
    assert expected_error(signals, result.weights) == pytest.approx(np.full((12, 5), 0.03))
