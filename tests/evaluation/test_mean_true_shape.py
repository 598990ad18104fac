# SPDX-License-Identifier: Apache-2.0
"""The mean of shapes that differ in place, in size and in which landmarks they have."""

from __future__ import annotations

import numpy as np
import pytest

from bundle.evaluation.mean_true_shape import mean_true_shape

SHAPE = np.array([[0.0, 0], [10, 0], [10, 20], [0, 30]])


def test_films_of_another_size_and_place_have_the_same_mean() -> None:
    label = np.stack([SHAPE, 3 * SHAPE + 50, 0.5 * SHAPE - 7])
    np.testing.assert_allclose(mean_true_shape(label), SHAPE, atol=1e-9)


def test_what_differs_is_averaged() -> None:
    wide = SHAPE * [1.2, 1]
    mean = mean_true_shape(np.stack([SHAPE, wide, SHAPE, wide]))
    width, height = np.ptp(mean, axis=0)
    assert width / height == pytest.approx(11 / 30, rel=0.01)


def test_missing_landmarks_are_placed_by_the_films_that_have_them() -> None:
    """No film has all landmarks; the last has none, and no film has the fifth."""
    whole = np.concatenate([SHAPE, [[np.nan, np.nan]]])
    label = np.stack([whole, 2 * whole + 5, np.full_like(whole, np.nan)])
    label[0, 3] = np.nan
    label[1, 0] = np.nan
    mean = mean_true_shape(label)
    np.testing.assert_allclose(mean[:4], SHAPE, atol=1e-9)
    assert np.isnan(mean[4]).all()


def test_one_landmark_and_none() -> None:
    np.testing.assert_array_equal(mean_true_shape(np.array([[[3.0, 4]], [[8, 9]]])), [[3, 4]])
    assert np.isnan(mean_true_shape(np.full((2, 3, 2), np.nan))).all()
