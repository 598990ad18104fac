# SPDX-License-Identifier: Apache-2.0
"""The tables of an evaluation, written and read back."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bundle.errors import BundleError
from bundle.evaluation.tables import errors_of, write_film_table, write_landmark_table, write_metrics
from bundle.metrics import summarize_errors
from bundle.results.film_result import FilmResult


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_metrics_come_back(results: list[FilmResult], names: list[str], tmp_path: Path) -> None:
    summary = summarize_errors(errors_of(results), names)
    write_metrics(tmp_path / "new" / "metrics.json", summary)
    assert json.loads((tmp_path / "new" / "metrics.json").read_text()) == summary


def test_one_row_a_film(results: list[FilmResult], names: list[str], tmp_path: Path) -> None:
    results[4] = replace(results[4], spacing=np.array([np.nan, np.nan]))
    results[5] = replace(results[5], label=None)
    write_film_table(tmp_path / "errors.csv", results)
    rows = rows_of(tmp_path / "errors.csv")
    assert [row["name"] for row in rows] == [result.name for result in results]
    assert rows[9] == {
        **{"name": "films/film_9.png", "mean_error_px": "9", "mean_error_mm": "4.5", "max_error_px": "9"},
        **{"failures": "3", "left hip": "9", "right hip": "9", "symphysis, pubic": "9"},
    }
    assert (rows[3]["right hip"], rows[3]["mean_error_px"], rows[3]["failures"]) == ("", "3", "0")
    assert (rows[4]["mean_error_px"], rows[4]["mean_error_mm"]) == ("4", "")
    assert set(rows[5].values()) == {"films/film_5.png", ""}


def test_one_row_a_landmark(results: list[FilmResult], names: list[str], tmp_path: Path) -> None:
    write_landmark_table(tmp_path / "landmarks.csv", results)
    rows = rows_of(tmp_path / "landmarks.csv")
    assert [(row["name"], row["landmark"]) for row in rows] == [
        (result.name, name) for result in results for name in names
    ]
    numbers = np.array([[float(row[key] or "nan") for key in list(row)[2:]] for row in rows]).reshape(10, 3, 7)
    errors = errors_of(results)
    np.testing.assert_allclose(numbers[..., :2], [result.landmarks for result in results], rtol=1e-5)
    np.testing.assert_allclose(numbers[..., 2:4], [result.true_landmarks for result in results], rtol=1e-5)
    for column, expected in zip((4, 5, 6), errors[:3], strict=True):
        np.testing.assert_allclose(numbers[..., column], expected, rtol=1e-5)


def test_an_infinite_error_is_written_as_such(results: list[FilmResult], names: list[str], tmp_path: Path) -> None:
    results[0].landmarks[0] = np.nan
    write_film_table(tmp_path / "errors.csv", results)
    assert math.isinf(float(rows_of(tmp_path / "errors.csv")[0]["mean_error_px"]))


def test_a_file_that_cannot_be_written_is_told(results: list[FilmResult], names: list[str], tmp_path: Path) -> None:
    (tmp_path / "errors.csv").mkdir()
    with pytest.raises(BundleError, match=r"errors\.csv: cannot be written"):
        write_film_table(tmp_path / "errors.csv", results)
