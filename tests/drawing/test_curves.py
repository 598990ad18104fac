# SPDX-License-Identifier: Apache-2.0
"""What the charts show."""

from __future__ import annotations

from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from bundle.drawing.cumulative_error import MILLIMETRES, WIDTH_PERCENT, comparable_errors, draw_cumulative_error
from bundle.drawing.training_curve import draw_training_curve
from bundle.run_folder import read_history

HISTORY = """iteration,epoch,loss,global_loss,validation_error_px
0,0,,,40.5
10,1,0.5,0.3,
20,2,0.25,0.2,12
30,3,0.2,0.15,14
"""


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "history.csv"
    path.write_text(HISTORY)
    return path


@settings(deadline=None, max_examples=15)
@given(st.lists(st.floats(0, 50) | st.just(float("nan")) | st.just(float("inf")), min_size=1, max_size=40))
def test_the_curve_is_the_share_of_landmarks_within_each_error(values: list[float]) -> None:
    errors = np.array(values)
    known = errors[~np.isnan(errors)]
    (chart,) = draw_cumulative_error({"DAG": errors}, MILLIMETRES).axes
    x, share = chart.lines[0].get_data()
    for error in np.unique(known):
        assert share[x <= error][-1] == pytest.approx((known <= error).mean())
    assert (np.diff(share) >= 0).all()


def test_reference_lines_are_the_detection_radii_or_the_failure_threshold() -> None:
    for unit, expected in ((MILLIMETRES, [2, 2.5, 3, 4]), (WIDTH_PERCENT, [5])):
        (chart,) = draw_cumulative_error({"a": np.array([1.0]), "b": np.array([2.0])}, unit).axes
        assert [line.get_xdata()[0] for line in chart.lines[2:]] == expected
        assert chart.get_xlabel().endswith(unit)
        assert [text.get_text() for text in chart.get_legend().texts] == ["a", "b"]


def test_millimetres_where_all_are_known_else_the_width() -> None:
    width, in_mm = np.array([[0.1, np.nan], [0.2, 0.3]]), np.array([[np.nan, np.nan], [2.0, 3.0]])
    values, unit = comparable_errors(10 * width, width)
    assert unit == MILLIMETRES
    np.testing.assert_array_equal(values, 10 * width)
    values, unit = comparable_errors(in_mm, width)
    assert unit == WIDTH_PERCENT
    np.testing.assert_allclose(values, 100 * width)


def test_training_curve_shows_what_was_measured(history: Path) -> None:
    losses, validation = draw_training_curve(read_history(history.parent)).axes
    assert [text.get_text() for text in losses.get_legend().texts] == ["loss", "global loss"]
    np.testing.assert_array_equal(losses.lines[0].get_data(), [[10, 20, 30], [0.5, 0.25, 0.2]])
    np.testing.assert_array_equal(validation.lines[0].get_data(), [[0, 20, 30], [40.5, 12, 14]])
    np.testing.assert_array_equal(validation.lines[1].get_data(), [[20], [12]])


def test_stage_two_shows_every_term_both_networks_and_alpha(tmp_path: Path) -> None:
    terms = ["loss", "global_loss", "local_loss", "pseudo_global_loss", "pseudo_local_loss", "js_loss"]
    columns = ["iteration", "epoch", *terms, "alpha", "validation_error_px", "student_error_px"]
    (tmp_path / "history.csv").write_text(f"{','.join(columns)}\n0,0,,,,,,,,9,9\n5,1,1,2,3,4,5,6,0.99,8,10\n")
    losses, validation, alpha = draw_training_curve(read_history(tmp_path)).axes
    assert [line.get_ydata().tolist() for line in losses.lines] == [[1], [2], [3], [4], [5], [6]]
    labels = [text.get_text() for text in validation.get_legend().texts]
    assert labels == ["model", "student", "best: 8 px"]
    np.testing.assert_array_equal(validation.lines[1].get_ydata(), [9, 10])
    np.testing.assert_array_equal(alpha.lines[0].get_ydata(), [0.99])


def test_of_repeated_parts_every_error_is_drawn_and_the_best_is_that_which_judges(tmp_path: Path) -> None:
    columns = "iteration,epoch,loss,validation_error_px,best_level_error_px,typical_error_px,student_error_px"
    rows = "0,0,,30,12,9,30\n5,1,1,20,10,6,21\n10,2,1,18,8,7,19\n"
    (tmp_path / "history.csv").write_text(f"{columns}\n{rows}")
    _, validation = draw_training_curve(read_history(tmp_path)).axes
    labels = [text.get_text() for text in validation.get_legend().texts]
    assert labels == ["model", "best level", "typical", "student", "best: 6 px"]


def test_a_run_without_validation_can_be_drawn(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text("iteration,epoch,loss,validation_error_px\n1,1,0.5,\n")
    _, validation = draw_training_curve(read_history(tmp_path)).axes
    assert validation.lines[0].get_xdata().size == 0
