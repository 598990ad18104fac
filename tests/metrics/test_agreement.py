# SPDX-License-Identifier: Apache-2.0
"""Agreement computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bundle.metrics.agreement import agreement, symmetric_percentage_error

NAN = np.nan


def test_agreement_of_four_films() -> None:
    """Differences 1, -1, 3 of the films with both values: mean 1, sample standard deviation 2."""
    found = agreement(np.array([11, 19, 33, NAN, 5]), np.array([10, 20, 30, 40, NAN]))
    assert found == pytest.approx((3, 1, 5 / 3, 1, 1 - 3.92, 1 + 3.92))


def test_what_too_few_films_do_not_give() -> None:
    assert agreement(np.array([NAN]), np.array([3.0])) == (0, 1, None, None, None, None)
    assert agreement(np.array([5.0]), np.array([3.0])) == (1, 0, 2, 2, None, None)


def test_smape_sums_over_the_angles_before_it_divides() -> None:
    """6 / 94 of the first film, 5 / 25 of the second; the third is not measured, a straight spine has no share."""
    predicted = np.array([[30, 10, 8], [10, 0, 5], [NAN, 1, 1], [0, 0, 0]])
    true = np.array([[28, 12, 6], [5, 0, 5], [3, 1, 1], [0, 0, 0]])
    assert symmetric_percentage_error(predicted, true) == pytest.approx(100 * (6 / 94 + 5 / 25) / 2)
    assert symmetric_percentage_error(predicted[2:], true[2:]) is None
