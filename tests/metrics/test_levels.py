# SPDX-License-Identifier: Apache-2.0
"""The level of a chain of like parts, told apart from the place of its parts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.metrics import BestLevelErrorMetric, TypicalErrorMetric
from bundle.metrics.levels import level_errors, summarize_levels

COUNT, CORNERS = 8, 4
PARTS = np.arange(COUNT * CORNERS).reshape(COUNT, CORNERS).tolist()
UNKNOWN = np.full((1, 2), np.nan)


def chain(seed: int, count: int = COUNT) -> np.ndarray:
    """Corners `[count, 4, 2]` of parts below each other, 20 to 30 pixels apart."""
    rng = np.random.default_rng(seed)
    centres = np.stack([rng.uniform(-5, 5, count), np.cumsum(rng.uniform(20, 30, count))], axis=-1)
    return centres[:, None] + np.array([[-9, -7], [9, -7], [-9, 7], [9, 7]])


def film(parts: np.ndarray) -> np.ndarray:
    return parts.reshape(1, -1, 2)


@settings(deadline=None)
@given(seed=st.integers(0, 999), shift=st.integers(-3, 3), noise=st.floats(0, 3))
def test_predictions_shifted_by_some_parts_have_that_shift_and_their_error_where_they_overlap(seed, shift, noise):
    longer = chain(seed, COUNT + 6)
    near = longer + np.random.default_rng(seed).normal(size=longer.shape) * noise
    true, found = longer[3 : 3 + COUNT], near[3 + shift : 3 + shift + COUNT]
    errors = level_errors(film(found), film(true), UNKNOWN, PARTS)
    both = slice(max(3, 3 + shift), min(3, 3 + shift) + COUNT)
    expected = np.linalg.norm(near[both] - longer[both], axis=-1).mean()
    assert errors.shift == shift
    np.testing.assert_allclose(errors.best_pixels, expected)


@settings(deadline=None)
@given(seed=st.integers(0, 999), spread=st.floats(0, 100), missing=st.floats(0, 1))
def test_the_best_level_is_never_worse_than_the_own(seed, spread, missing):
    rng = np.random.default_rng(seed)
    true = np.stack([film(chain(seed + index))[0] for index in range(5)])
    found = true + rng.normal(size=true.shape) * spread
    true[rng.random(true.shape[:2]) < missing] = np.nan
    errors = level_errors(found, true, np.full((5, 2), 0.5), PARTS)
    known = errors.landmarks > 0
    assert (errors.best_pixels[known] <= errors.pixels[known]).all()
    assert (np.isnan(errors.shift) == ~known).all()
    np.testing.assert_allclose(errors.best_millimetres, 0.5 * errors.best_pixels)
    summary = summarize_levels(errors)
    if known.any():
        np.testing.assert_allclose(summary["mean_px"], np.nanmean(np.linalg.norm(found - true, axis=-1)))
        assert 0 <= summary["share_of_shift"] <= 1
        assert sum(summary["shifts"].values()) == summary["films"] == known.sum()


def test_as_a_cumulative_metric_it_has_the_mean_of_the_summary():
    true = np.stack([film(chain(seed))[0] for seed in range(6)])
    found = np.roll(true, CORNERS, axis=1) + np.random.default_rng(0).normal(size=true.shape)
    true[4, :10], true[5] = np.nan, np.nan
    metrics = BestLevelErrorMetric(PARTS), TypicalErrorMetric(PARTS)
    for metric, films in itertools.product(metrics, (slice(0, 4), slice(4, 6))):
        metric([torch.from_numpy(each) for each in found[films]], [torch.from_numpy(each) for each in true[films]])
    errors = level_errors(found, true, np.full((6, 2), np.nan), PARTS)
    mean, typical = (float(metric.aggregate()) for metric in metrics)
    assert mean == pytest.approx(summarize_levels(errors)["best_level_px"])
    known = ~np.isnan(true[:5]).any(axis=-1)
    assert typical == pytest.approx(np.exp(np.average(np.log(errors.best_pixels[:5]), weights=known.sum(axis=1))))
    assert 0 < typical <= mean


def test_a_film_without_error_does_not_make_the_typical_error_nothing():
    true = film(chain(0))
    metric = TypicalErrorMetric(PARTS)
    metric(torch.from_numpy(np.concatenate([true, true + 30])), torch.from_numpy(np.concatenate([true, true])))
    assert 0.001 < float(metric.aggregate()) < 43


def test_landmarks_of_no_part_do_not_count():
    true = film(chain(0))
    alone = np.concatenate([true, [[[500, 500]]]], axis=1)
    elsewhere = np.concatenate([true, [[[0, 0]]]], axis=1)
    assert level_errors(elsewhere, alone, UNKNOWN, PARTS).pixels == 0


def test_a_level_that_compares_few_landmarks_does_not_count():
    """Of the last three parts, which alone are marked, the shift by -2 compares one, which fits by chance."""
    true = chain(0)
    true[:-3] = np.nan
    found = chain(1) + 1000
    found[-1] = true[-3]
    assert level_errors(film(found), film(true), UNKNOWN, PARTS).shift != -2


def test_three_parts_are_shifted_by_one_at_most():
    true, found = chain(0, 3), chain(0, 3) + np.array([0, 1000])
    assert abs(level_errors(film(found), film(true), UNKNOWN, PARTS[:3]).shift) <= 1


def test_a_summary_of_three_films():
    """One at the right level with an error of 2 px, one shifted by a part without any other error, one unlabelled."""
    longer = np.arange(COUNT + 1)[:, None, None] * [0.0, 20.0] + np.zeros((CORNERS, 2))
    true = np.stack([film(longer[:COUNT])[0]] * 3)
    found = np.stack([true[0] + [2, 0], film(longer[1:])[0], true[0]])
    true[2] = np.nan
    spacing = np.array([[0.5, 0.5], [np.nan, np.nan], [0.5, 0.5]])
    summary = summarize_levels(level_errors(found, true, spacing, PARTS))
    assert summary.pop("shifts") == {"0": 1, "+1": 1}
    assert summary == pytest.approx(
        {
            **{"films": 2, "right_level": 0.5},
            **{"mean_px": 11, "best_level_px": 1, "mean_mm": 1, "best_level_mm": 1, "share_of_shift": 10 / 11},
            **{"typical_px": (2 * 0.001) ** 0.5, "typical_mm": 1},  # a thousandth of a pixel is the least
        }
    )


def test_what_cannot_be_measured_is_none():
    true = film(chain(0))
    nothing = summarize_levels(level_errors(true, true * np.nan, UNKNOWN, PARTS))
    assert nothing["films"] == 0
    assert {nothing[key] for key in ("right_level", "mean_px", "best_level_px", "typical_px", "share_of_shift")} == {
        None
    }
    lost = summarize_levels(level_errors(true * np.nan, true, UNKNOWN, PARTS))
    assert (lost["mean_px"], lost["best_level_px"], lost["right_level"]) == (None, None, 0)
