# SPDX-License-Identifier: Apache-2.0
"""The summary of an evaluation: hand-computed figures and the rules it must follow."""

from __future__ import annotations

import json
import math
import random
from typing import Any, NamedTuple

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from bundle.metrics import landmark_errors, summarize_errors
from bundle.metrics.summary import LandmarkErrors

NAN = float("nan")
NAMES = ["sella", "nasion"]


class Film(NamedTuple):
    """What `landmark_errors` takes of a film."""

    landmarks: np.ndarray
    label: np.ndarray
    spacing: np.ndarray
    width: int


def film(offsets: list[tuple[float, float] | None], spacing: float = NAN, width: int = 100) -> Film:
    """A film whose predictions miss their landmarks by the offsets; None for a missing landmark."""
    label = np.array([(NAN, NAN) if offset is None else (50.0, 50.0) for offset in offsets], dtype=np.float32)
    pred = np.array([(50.0, 50.0) if offset is None else np.add(offset, 50.0) for offset in offsets], dtype=np.float32)
    return Film(pred, label, np.full(2, spacing), width)


def errors_of(films: list[Film]) -> LandmarkErrors:
    return landmark_errors(*map(np.stack, zip(*films, strict=True)))


def summarize(films: list[Film]) -> dict[str, Any]:
    return summarize_errors(errors_of(films), NAMES)


def test_figures_by_hand() -> None:
    films = [
        film([(3, 4), (0, 1)], spacing=0.5),
        film([(6, 8), None], spacing=0.25),
        film([(0, 2), (0, 0)], width=20),
    ]
    summary = summarize(films)
    overall, sella, nasion = summary["overall"], *summary["per_landmark"].values()
    assert (summary["films"], summary["films_with_spacing"]) == (3, 2)
    assert (overall["count"], overall["count_mm"]) == (5, 3)
    assert overall["mean_px"] == pytest.approx(18 / 5)  # 5, 1, 10, 2, 0
    assert overall["median_px"] == 2
    assert overall["std_px"] == pytest.approx(math.sqrt((25 + 1 + 100 + 4) / 5 - (18 / 5) ** 2))
    assert overall["failure_rate"] == pytest.approx(2 / 5)  # 10 > 5 and 2 > 1 pixels
    assert overall["mean_mm"] == pytest.approx((2.5 + 0.5 + 2.5) / 3)
    assert [overall[f"sdr_{radius}mm"] for radius in ("2", "2.5", "3", "4")] == pytest.approx([1 / 3, 1, 1, 1])
    assert sella["mean_px"] == pytest.approx(17 / 3)
    assert (nasion["count"], nasion["mean_px"], nasion["mean_mm"]) == (2, 0.5, 0.5)


def test_unknown_spacing_gives_no_millimetres() -> None:
    overall = summarize([film([(3, 4), (0, 1)])])["overall"]
    assert overall["count_mm"] == 0
    assert all(overall[key] is None for key in ("mean_mm", "median_mm", "std_mm", "sdr_2mm", "sdr_2.5mm", "sdr_4mm"))


def test_a_film_without_landmarks_is_not_counted() -> None:
    unlabelled = film([None, None], spacing=1.0)
    summary = summarize([film([(3, 4), None]), unlabelled])
    assert (summary["films"], summary["films_with_spacing"]) == (1, 0)
    assert summary["overall"]["mean_px"] == 5
    assert summary["per_landmark"]["nasion"] == dict.fromkeys(summary["overall"]) | {"count": 0, "count_mm": 0}


def test_a_prediction_that_is_not_finite_is_a_failure_and_still_json() -> None:
    overall = summarize([film([(NAN, NAN), (0, 1)], spacing=1.0)])["overall"]
    assert (overall["failure_rate"], overall["sdr_2mm"], overall["mean_px"], overall["count"]) == (0.5, 0.5, None, 2)
    json.dumps(overall, allow_nan=False)


def test_per_axis_spacing() -> None:
    errors = errors_of([film([(10, 10), (10, 0)])._replace(spacing=np.array([0.3, 0.4]))])
    np.testing.assert_allclose(errors.millimetres, [[5, 3]])
    np.testing.assert_allclose(errors.width_fraction, [[math.hypot(0.1, 0.1), 0.1]])


OFFSETS = st.none() | st.tuples(st.integers(-40, 40), st.integers(-40, 40))
FILMS = st.lists(
    st.builds(
        film, st.lists(OFFSETS, min_size=2, max_size=2), st.sampled_from([0.25, NAN]), st.sampled_from([50, 200])
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=50)
@given(FILMS, st.randoms())
def test_the_order_of_the_films_does_not_matter(films: list[Film], shuffler: random.Random) -> None:
    shuffled = list(films)
    shuffler.shuffle(shuffled)
    expected, actual = (json.dumps(rounded(summarize(order))) for order in (films, shuffled))
    assert actual == expected


@settings(deadline=None, max_examples=50)
@given(FILMS)
def test_enlarged_films_have_the_same_millimetres_and_failures(films: list[Film]) -> None:
    doubled = [Film(2 * film.landmarks, 2 * film.label, film.spacing / 2, 2 * film.width) for film in films]
    small, large = (rounded(summarize(sizes)["overall"]) for sizes in (films, doubled))
    for key in small:
        if key.endswith("_px") and small[key] is not None:
            assert large[key] == pytest.approx(2 * small[key])
        elif not key.endswith("_px"):
            assert large[key] == small[key]


@settings(deadline=None, max_examples=50)
@given(FILMS)
def test_detection_rates_grow_with_the_radius(films: list[Film]) -> None:
    overall = summarize(films)["overall"]
    rates = [overall[f"sdr_{radius}mm"] for radius in ("2", "2.5", "3", "4")]
    assert rates == [None] * 4 or rates == sorted(rates)


def rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    return round(value, 9) if isinstance(value, float) else value
