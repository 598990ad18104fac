# SPDX-License-Identifier: Apache-2.0
"""A gain on validation films is told from chance."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from ignite.engine import Engine

from bundle.engines.film_errors import FilmErrors
from bundle.metrics.radial_error import log_error
from bundle.run_folder import BEST_LEVEL, TYPICAL


def validated(film_errors: FilmErrors, *validations: torch.Tensor, at_level: Sequence[torch.Tensor] = ()) -> FilmErrors:
    """Let a validator find errors `[N, K]`, one validation after the other; of repeated parts at the best level too."""
    engine = Engine(lambda _engine, _batch: None)
    film_errors.attach(engine)
    for errors, best_level in itertools.zip_longest(validations, at_level):
        of_parts = {} if best_level is None else {BEST_LEVEL: best_level, TYPICAL: log_error(best_level)}
        engine.state.metric_details = {"error": errors, **of_parts}
        engine.state.key_metric_name = "error"
        engine.run([0])
    return film_errors


def errors(films: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(3 + np.random.default_rng(seed).gamma(2, 1, (films, 4)))


@settings(deadline=None, max_examples=20)
@given(st.integers(2, 30), st.floats(0.1, 2), st.sampled_from([0.5, 0.9, 0.99]))
def test_a_gain_on_every_film_is_one(films: int, gain: float, confidence: float) -> None:
    before = errors(films)
    found = validated(FilmErrors(confidence), before, before - gain).gain()
    assert found is not None and found.low == pytest.approx(gain) == found.value


def test_no_gain_is_seldom_taken_for_one() -> None:
    """Stage 2 that is as good as stage 1 is taken for better in about one run of twenty, at 95 %."""
    taken = 0
    for seed in range(200):
        before, after = errors(15, seed), errors(15, 1000 + seed)
        gain = validated(FilmErrors(0.95), before, after).gain()
        taken += gain is not None and gain.low > 0
    assert 2 <= taken <= 20


def test_the_surer_it_has_to_be_the_less_is_taken() -> None:
    before, after = errors(15), errors(15, 1) - 0.3
    lows = [validated(FilmErrors(confidence), before, after).gain().low for confidence in (0.5, 0.8, 0.95, 0.99)]
    assert lows == sorted(lows, reverse=True) and lows[0] > lows[-1]


def test_the_best_validation_is_judged_and_unknown_landmarks_are_left_out() -> None:
    before = torch.tensor([[5.0, 5.0], [5.0, torch.nan]])
    worse, best, last = before + 1, before - 2, before - 1
    gain = validated(FilmErrors(0.95), before, worse, best, last).gain()
    assert gain is not None and gain.value == pytest.approx(2)


def test_one_film_is_no_evidence() -> None:
    assert validated(FilmErrors(0.95), errors(1), errors(1) - 1).gain() is None


def test_nothing_to_compare() -> None:
    assert FilmErrors(0.95).gain() is None
    assert validated(FilmErrors(0.95), errors(3)).gain() is None


def test_a_resumed_run_judges_as_an_uncut_one() -> None:
    uncut = validated(FilmErrors(0.95), errors(5), errors(5, 1), errors(5, 2) - 1)
    resumed = FilmErrors(0.95)
    resumed.load_state_dict(validated(FilmErrors(0.95), errors(5), errors(5, 1)).state_dict())
    assert validated(resumed, errors(5, 2) - 1).gain() == uncut.gain()


def of_level(films: int) -> torch.Tensor:
    """Errors of 20 films, so many of which are off by a vertebra of 35 pixels."""
    return 35.0 * (torch.arange(20) < films)[:, None].expand(-1, 4)


def test_of_repeated_parts_the_typical_error_is_judged_whatever_levels_and_lost_films_do_by_chance() -> None:
    placed = errors(20)[:, :1].expand(-1, 4).clone()
    placed[0] = 200  # a lost film
    better = placed * 0.8
    better[0] = 300
    as_it_is = (placed + of_level(3), better + of_level(3).roll(4, 0))
    verdict = validated(FilmErrors(0.9), *as_it_is, at_level=[placed, better])
    before, after = (float(at_level.log().mean().exp()) for at_level in (placed, better))
    assert verdict.better and verdict.gain().value == pytest.approx(before - after)
    assert not validated(FilmErrors(0.9), *as_it_is).better


@pytest.mark.parametrize("lost", [12, 20])
def test_but_not_where_films_are_further_from_their_level_beyond_chance(lost: int) -> None:
    placed = errors(20)
    as_it_is = (placed + of_level(1), placed * 0.8 + of_level(lost))
    verdict = validated(FilmErrors(0.9), *as_it_is, at_level=[placed, placed * 0.8])
    assert verdict.gain().low > 0 and verdict.loses_level and not verdict.better


@pytest.mark.parametrize("scale", [1e-4, 0.3])
def test_errors_about_a_pixel_and_below_are_judged_as_well(scale: float) -> None:
    placed = errors(3) * scale
    verdict = validated(FilmErrors(0.9999), placed, placed / 2, at_level=[placed, placed / 2])
    gain = verdict.gain()
    assert gain is None or gain.value >= 0


def test_the_errors_of_repeated_parts_come_back_with_a_checkpoint() -> None:
    uncut = validated(FilmErrors(0.9), errors(5), errors(5, 2) - 1, at_level=[errors(5) / 2, errors(5, 2) / 3])
    resumed = FilmErrors(0.9)
    assert resumed.state_dict() == {"film_errors_before": None, "film_errors_best": None}
    resumed.load_state_dict(uncut.state_dict())
    assert (resumed.gain(), resumed.loses_level) == (uncut.gain(), uncut.loses_level)
