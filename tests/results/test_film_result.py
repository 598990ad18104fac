# SPDX-License-Identifier: Apache-2.0
"""What the result of a film tells of its landmarks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bundle.confidence import Confidence
from bundle.results.film_result import FilmResult, Model
from bundle.results.recorder import Recorder
from film_results import film_result


@pytest.fixture
def result(names: list[str]) -> FilmResult:
    """One landmark on the film, one beside it, one missing."""
    return film_result(Path("film.dcm"), names, np.array([[10, 20], [80, 5], [np.nan, np.nan]], dtype=np.float32))


def test_landmarks_by_name_on_and_off_the_film(result: FilmResult) -> None:
    assert result.points["right hip"].tolist() == [80, 5]
    assert {name: point.tolist() for name, point in result.on_film().items()} == {"left hip": [10, 20]}
    assert result.off_film() == ["right hip"]
    assert result.not_found() == ["right hip", "symphysis, pubic"]
    assert replace(result, not_looked_for=("symphysis, pubic",)).not_found() == ["right hip"]


def test_the_error_to_expect_and_whether_to_look_at_the_film(result: FilmResult) -> None:
    expected = Confidence(np.array([2.0, 4.0, np.nan]), error_limit=2.5, unlikeness=0.1, unlikeness_limit=0.5)
    calibrated = replace(result, confidence=expected, spacing=np.array([0.2, 0.5]))
    np.testing.assert_array_equal(calibrated.expected_error_px, [2, 4, np.nan])
    np.testing.assert_array_equal(calibrated.expected_error_mm, [1, 2, np.nan])
    assert calibrated.to_review and calibrated.decision == "review"
    assert calibrated.reasons == ("expected mean error 3.0 px, accepted up to 2.5 px",)


def test_a_network_that_is_not_calibrated_expects_nothing(result: FilmResult) -> None:
    assert np.isnan(result.expected_error_px).all() and np.isnan(result.expected_error_mm).all()
    assert (result.decision, result.to_review, result.reasons) == (None, False, ())


def test_of_a_film_that_nobody_labelled_no_true_landmark_is_known(result: FilmResult) -> None:
    assert np.isnan(result.true_landmarks).all() and result.true_landmarks.shape == (3, 2)
    label = np.zeros((3, 2))
    assert replace(result, label=label).true_landmarks is label


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        (["T1 upper left", "T1 lower left", "rib 3 a", "rib 3 b"], {"T1": [0, 1], "rib 3": [2, 3]}),
        (["landmark 1", "landmark 2", "landmark 3", "landmark 4"], {}),
        (["T1 left", "T1 right", "left", "right"], {}),
    ],
    ids=["named", "alike", "one without a name"],
)
def test_parts_are_called_by_the_words_that_their_landmarks_share(names, parts) -> None:
    record = Recorder(names, Model("a model", "0.1.0", "ab" * 32), parts=[[0, 1], [2, 3]])
    assert record.parts == parts
