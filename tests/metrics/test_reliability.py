# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from bundle.metrics.reliability import failures_caught, rank_correlation, reliability


def test_groups_go_from_small_to_large_expected_errors_and_leave_out_what_is_unknown():
    expected = np.array([[4.0, 1.0], [3.0, 2.0], [9.0, 9.0]])
    errors = np.array([[8.0, 2.0], [6.0, 4.0], [np.nan, np.nan]])
    groups = reliability(expected, errors, groups=2)
    assert groups.expected.tolist() == [1.5, 3.5]
    assert groups.observed.tolist() == [3.0, 7.0]
    assert groups.landmarks.tolist() == [2, 2]


def test_there_are_no_more_groups_than_landmarks():
    assert len(reliability(np.array([1.0, 2.0]), np.array([1.0, 2.0])).expected) == 2


def test_rank_correlation_ignores_the_unknown_and_any_growing_scale():
    assert rank_correlation(np.array([1, 2, 3, 0]), np.array([1, 10, 100, np.nan])) == pytest.approx(1)
    assert rank_correlation(np.array([3, 2, 1]), np.array([1, 10, 100])) == pytest.approx(-1)
    assert rank_correlation(np.ones(3), np.arange(3)) == 0


def test_failures_are_looked_for_on_the_most_suspicious_films():
    failures = np.array([[0, 1], [1, 1], [np.nan, 0], [0, 1]])
    assert failures_caught(np.array([0.1, 0.9, 0.2, 0.3]), failures, 0.25) == 0.5
    assert failures_caught(np.array([0.9, 0.1, 0.2, 0.3]), failures, 0.3) == 0.5  # two of four films, rounded up
    assert np.isnan(failures_caught(np.ones(2), np.zeros((2, 3)), 0.5))
