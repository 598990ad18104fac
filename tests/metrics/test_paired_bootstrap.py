# SPDX-License-Identifier: Apache-2.0
"""The interval of a difference is as wide as chance asks for, and no wider than it must be."""

from __future__ import annotations

import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from bundle.metrics import paired_bootstrap as module
from bundle.metrics.paired_bootstrap import paired_bootstrap

TRUE_DIFFERENCE = 0.2


def errors(draws: int = 3, films: int = 20, landmarks: int = 4, seed: int = 0) -> np.ndarray:
    return 3 + np.random.default_rng(seed).gamma(2, 1, (draws, films, landmarks))


def simulated(rng: np.random.Generator, draws: int, of_draw: float, of_film: float) -> tuple[np.ndarray, np.ndarray]:
    """Two methods whose difference varies from draw to draw, from film to film, and from landmark to landmark."""
    second = 3 + rng.gamma(2, 1, (1, 50, 1)) + rng.normal(0, 0.2, (draws, 50, 5))
    varied = rng.normal(0, of_draw, (draws, 1, 1)) + rng.normal(0, of_film, (1, 50, 1))
    return second + TRUE_DIFFERENCE + varied + rng.normal(0, 0.3, second.shape), second


@pytest.mark.parametrize(
    ("draws", "of_draw", "of_film"), [(3, 0.2, 0.01), (3, 0.01, 0.5), (3, 0.15, 0.4), (5, 0.2, 0.2), (1, 0.0, 0.5)]
)
def test_about_95_of_100_intervals_hold_the_true_difference(
    monkeypatch: pytest.MonkeyPatch, draws: int, of_draw: float, of_film: float
) -> None:
    monkeypatch.setattr(module, "REPLICATES", 300)
    rng = np.random.default_rng(1)
    found = [paired_bootstrap(*simulated(rng, draws, of_draw, of_film)) for _ in range(150)]
    held = np.mean([pair.difference.low <= TRUE_DIFFERENCE <= pair.difference.high for pair in found if pair])
    assert 0.89 <= held <= 1


def test_many_films_do_not_make_up_for_few_draws() -> None:
    """Draws that differ more than they agree: each alone is beyond chance, the three of them are not."""
    second = errors(3, 200)
    first = second + np.array([-0.5, 0.1, -0.3])[:, None, None] + 0.01 * errors(3, 200, seed=1)
    together = paired_bootstrap(first, second)
    assert together is not None and not together.beyond_chance
    for draw in ([0], [2]):
        alone = paired_bootstrap(first[draw], second[draw])
        assert alone is not None and alone.beyond_chance


@settings(deadline=None, max_examples=15)
@given(st.integers(1, 4), st.integers(2, 30), st.integers(0, 99))
def test_a_method_does_not_differ_from_itself(draws: int, films: int, seed: int) -> None:
    same = errors(draws, films, seed=seed)
    pair = paired_bootstrap(same, same.copy())
    assert pair is not None and not pair.beyond_chance
    assert pair.difference == (0, 0, 0) and pair.ratio == (1, 1, 1)


@settings(deadline=None, max_examples=15)
@given(st.integers(1, 4), st.integers(2, 30), st.integers(0, 99))
def test_the_other_way_round_all_signs_change(draws: int, films: int, seed: int) -> None:
    first, second = errors(draws, films, seed=seed), errors(draws, films, seed=seed + 100)
    pair, turned = paired_bootstrap(first, second), paired_bootstrap(second, first)
    assert pair is not None and turned is not None
    value, low, high = turned.difference
    assert pair.difference == pytest.approx((-value, -high, -low))
    value, low, high = turned.ratio
    assert pair.ratio == pytest.approx((1 / value, 1 / high, 1 / low))


def test_the_mean_is_over_landmarks_known_in_both() -> None:
    first, second = np.array([[[1.0, np.nan], [3.0, 5.0]]]), np.array([[[2.0, 9.0], [1.0, np.nan]]])
    pair = paired_bootstrap(first, second)
    assert pair is not None
    assert pair.difference.value == pytest.approx((1 + 3 - 2 - 1) / 2)
    assert pair.ratio.value == pytest.approx(4 / 3)


def test_the_same_seed_gives_the_same_interval() -> None:
    first, second = errors(), errors(seed=1)
    assert paired_bootstrap(first, second) == paired_bootstrap(first, second)
    assert paired_bootstrap(first, second) != paired_bootstrap(first, second, seed=1)


def test_one_draw_of_one_film_says_nothing() -> None:
    pair = paired_bootstrap(np.array([[[1.0, 2.0]]]), np.array([[[0.3, 0.1]]]))
    assert pair is not None and not pair.beyond_chance
    assert math.isclose(pair.difference.value, 1.3)


def test_what_cannot_be_compared_is_none() -> None:
    diverged = errors()
    diverged[0, 0, 0] = np.inf
    assert paired_bootstrap(diverged, errors()) is None
    assert paired_bootstrap(np.full((1, 2, 1), np.nan), errors(1, 2, 1)) is None
