# SPDX-License-Identifier: Apache-2.0
"""Parts out of order and exchanged landmarks are found, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.dataset.chain_order import exchanged, out_of_order

FILMS, COUNT = 8, 9
PARTS = [f"T{number + 1}" for number in range(COUNT)]
CORNERS = np.array([[-9, -6], [9, -6], [-9, 6], [9, 6]])


def spines(seed: int) -> np.ndarray:
    """Corners `[N, P, 4, 2]` of curved spines, each turned, scaled and moved by its own, with noise."""
    rng = np.random.default_rng(seed)
    down = np.cumsum(20 + np.arange(COUNT) + rng.uniform(-2, 2, (FILMS, COUNT)), axis=1)
    bend = rng.uniform(-15, 15, (FILMS, 1)) * np.sin(np.linspace(0, 2, COUNT))
    points = np.stack([bend, down], axis=-1)[:, :, None] + CORNERS + rng.normal(size=(FILMS, COUNT, 4, 2))
    angle, scale = rng.uniform(0, 2 * np.pi, FILMS), rng.uniform(0.5, 3, FILMS)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    return np.einsum("npcd,edn->npce", points, turn) + rng.uniform(0, 500, (FILMS, 1, 1, 2))


seeds = st.integers(0, 999)
films = st.integers(0, FILMS - 1)


@settings(deadline=None)
@given(seed=seeds, missing=st.floats(0, 0.5))
def test_steady_chains_pass_however_they_lie_and_whatever_is_missing(seed, missing):
    points = spines(seed)
    points[np.random.default_rng(seed).random(points.shape[:3]) < missing] = np.nan
    assert out_of_order(points, PARTS) == {}
    assert exchanged(points, PARTS) == {}


@settings(deadline=None)
@given(seed=seeds, film=films)
def test_a_last_part_that_lies_before_the_first_is_named(seed, film):
    points = spines(seed)
    points[film] = np.roll(points[film], -1, axis=0)
    assert out_of_order(points, PARTS) == {film: "T9 does not come after T8"}


@settings(deadline=None)
@given(seed=seeds, film=films)
def test_a_part_that_is_left_out_or_marked_twice_is_named(seed, film):
    points = spines(seed)
    points[film, 4] = points[film, 3] + 0.1 * (points[film, 4] - points[film, 3])
    assert out_of_order(points, PARTS) == {film: "T5 is 0.1 times as far from T4 as on the other films"}


@settings(deadline=None)
@given(
    seed=seeds,
    film=films,
    part=st.integers(0, COUNT - 1),
    order=st.sampled_from([[1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0], [1, 0, 2, 3]]),
)
def test_exchanged_corners_are_named(seed, film, part, order):
    points = spines(seed)
    points[film, part] = points[film, part, order]
    assert exchanged(points, PARTS) == {film: f"the landmarks of {PARTS[part]} seem to be exchanged"}


@pytest.mark.parametrize("landmarks", [1, 2])
def test_parts_of_few_landmarks(landmarks):
    points = spines(0)[:, :, :landmarks]
    assert out_of_order(points, PARTS) == {} == exchanged(points, PARTS)
