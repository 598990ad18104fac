# SPDX-License-Identifier: Apache-2.0
"""A film whose labels lie a level off is told by what lies around its parts."""

from __future__ import annotations

import numpy as np
import pytest

from bundle.dataset.chain_levels import FEWEST_FILMS, MOST_SHIFT, ROWS, shifts_by_sight, straightened
from chain_films import COUNT, SIDE, film, labels


def strips(shifts: list[int]) -> np.ndarray:
    return np.stack([straightened(film(seed), labels(4 + shift)) for seed, shift in enumerate(shifts)])


def test_a_film_has_rows_before_its_first_and_after_its_last_part():
    assert len(straightened(film(0), labels(4))) == (COUNT - 1 + 2 * MOST_SHIFT) * ROWS + 1


def test_a_turned_film_looks_the_same_along_its_chain():
    one = straightened(film(0), labels(4))
    x, y = np.moveaxis(labels(4), -1, 0)
    turned = straightened(film(0)[:, ::-1].T, np.stack([SIDE - 1 - y, x], axis=-1))
    np.testing.assert_allclose(turned, one, atol=1e-6)


def test_what_lies_outside_the_film_is_unknown():
    strip = straightened(film(0), labels(1))
    assert np.isnan(strip[: ROWS * (MOST_SHIFT - 1)]).all() and not np.isnan(strip[ROWS * MOST_SHIFT :]).any()


@pytest.mark.parametrize("shift", [-2, -1, 1, 2])
def test_labels_that_lie_off_are_told_and_the_others_are_not(shift):
    """A chain that lies `shift` parts on: its first part looks like the part that has so many before it."""
    given = [0] * FEWEST_FILMS
    given[3] = given[11] = shift
    assert shifts_by_sight(strips(given)).tolist() == given


def test_a_film_that_looks_like_none_is_not_judged():
    found = strips([0] * FEWEST_FILMS)
    found[5] = np.random.default_rng(5).normal(size=found[5].shape)
    assert not shifts_by_sight(found).any()
