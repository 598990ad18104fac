# SPDX-License-Identifier: Apache-2.0
"""JSON and tables stay, byte for byte, those that programs of users were written for (docs/reference/outputs.md)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bundle.confidence import Confidence
from bundle.measurements.rules import Distance
from bundle.outputs.prediction_csv import CsvOutput
from bundle.outputs.prediction_json import JsonOutput
from bundle.results.film_result import FilmResult, Model
from film_results import measured

DOCUMENTED = Path(__file__).parent / "as_documented"


@pytest.fixture
def result(predict: Callable[..., FilmResult]) -> FilmResult:
    """A landmark on the film, one beside it and one that was not looked for, by a calibrated network."""
    points = {"Width": ("left hip", "right hip"), "Height": ("left hip", "symphysis, pubic")}
    definitions = [Distance(name=name, rule="distance", unit="mm", points=pair) for name, pair in points.items()]
    plain = predict(
        Path("film.dcm"),
        name="day 1/film.dcm",
        landmarks=np.array([[10.25, 20.5], [90, 5], [np.nan, np.nan]], dtype=np.float32),
        spacing=np.array([0.2, 0.25], dtype=np.float32),
        model=Model("a model", "0.1.0", "ab" * 32, "cd" * 32, "ef" * 32),
        confidence=Confidence(np.array([2.0, 14.0, np.nan]), error_limit=5.0, unlikeness=0.9, unlikeness_limit=0.5),
        not_looked_for=("symphysis, pubic",),
        warnings=("outside the film: right hip",),
    )
    return measured([plain], *definitions)[0]


def test_json_is_the_documented_one(result: FilmResult, tmp_path: Path) -> None:
    JsonOutput(tmp_path).write(result, tmp_path / "film.json")
    assert (tmp_path / "film.json").read_bytes() == (DOCUMENTED / "film.json").read_bytes()


def test_tables_are_the_documented_ones(result: FilmResult, tmp_path: Path) -> None:
    CsvOutput(tmp_path)(result)
    for table in ("predictions.csv", "measurements.csv"):
        assert (tmp_path / table).read_bytes() == (DOCUMENTED / table).read_bytes(), table
