# SPDX-License-Identifier: Apache-2.0
"""What an evaluation says about measurements, by hand on ten films."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle.errors import BundleError
from bundle.evaluation.evaluation import write_evaluation
from bundle.evaluation.measurement_agreement import read_measurements
from bundle.importers.landmark_sets import SPINE
from bundle.measurements import choose_measurements
from bundle.measurements.rules import Distance
from bundle.results.film_result import FilmResult
from film_results import measured

WIDTH = Distance(name="Width", rule="distance", unit="mm", points=("left hip", "right hip"))
HEIGHT = Distance(name="Height", rule="distance", unit="mm", points=("left hip", "symphysis, pubic"))


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "measurements.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def test_figures_table_and_plot(results: list[FilmResult], tmp_path: Path) -> None:
    """Film i is predicted i pixels of 0.5 mm too wide; of film 3 the truth is unknown, film 5 is not predicted."""
    for index, result in enumerate(results):
        result.landmarks[:] = np.array([[30, 40], [90 + index, 40], [60, 60]], dtype=np.float32)
    results[5].landmarks[1] = np.nan
    metrics = write_evaluation(measured(results, WIDTH, HEIGHT), tmp_path)
    assert json.loads((tmp_path / "metrics.json").read_text()) == metrics
    width, height = metrics["measurements"]
    errors = np.array([0, 1, 2, 4, 6, 7, 8, 9]) / 2
    assert width == {
        "name": "Width",
        "unit": "mm",
        "films": 8,
        "not_measured": 1,
        "mean_absolute_error": pytest.approx(errors.mean()),
        "bias": pytest.approx(errors.mean()),
        "lower_limit": pytest.approx(errors.mean() - 1.96 * errors.std(ddof=1)),
        "upper_limit": pytest.approx(errors.mean() + 1.96 * errors.std(ddof=1)),
    }
    assert (height["films"], height["mean_absolute_error"]) == (10, 0)
    assert "cobb_smape" not in metrics
    table = rows(tmp_path)
    assert len(table) == 20
    assert list(table[4].values()) == ["films/film_2.png", "Width", "mm", "31", "30", "1"]
    assert [table[6][column] for column in ("value", "true_value", "difference")] == ["31.5", "", ""]
    assert [table[10][column] for column in ("value", "true_value", "difference")] == ["", "30", ""]
    with Image.open(tmp_path / "bland_altman.png") as plot:
        assert min(plot.size) > 400


def test_films_of_unknown_spacing_are_counted_in_pixels_apart(results: list[FilmResult], tmp_path: Path) -> None:
    results[:4] = [replace(result, spacing=np.full(2, np.nan)) for result in results[:4]]
    in_pixels, in_mm = write_evaluation(measured(results, WIDTH), tmp_path)["measurements"]
    assert [(width["unit"], width["films"]) for width in (in_pixels, in_mm)] == [("px", 3), ("mm", 6)]
    read = read_measurements(tmp_path)
    assert [(values.name, values.unit, len(values.true)) for values in read] == [("Width", "px", 4), ("Width", "mm", 6)]
    assert np.isnan(read[0].true).tolist() == [False, False, False, True]


def test_a_table_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "measurements.csv").write_text("name,value\na,1\n")
    with pytest.raises(BundleError, match=r"measurements\.csv: is no table of measurements .*; evaluate again"):
        read_measurements(tmp_path)


def test_cobb_angles_have_a_smape(results: list[FilmResult], tmp_path: Path) -> None:
    """Upright vertebrae, the lowest of which is tilted by 30 degrees in truth and by 20 in the prediction."""

    def spine(degrees: float) -> np.ndarray:
        corners = np.array([[20.0, 0], [40, 0], [20, 3], [40, 3]])
        points = np.concatenate([corners + np.array([0, 5 * index]) for index in range(17)])
        turn = np.deg2rad(degrees)
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        points[-4:] = (points[-4:] - points[-4]) @ matrix.T + points[-4]
        return points

    places = {"landmarks": spine(20), "label": spine(30), "spacing": np.full(2, np.nan)}
    film = replace(results[0], names=SPINE.landmarks, **places)
    definitions = choose_measurements("auto", SPINE.landmarks)
    metrics = write_evaluation(measured([film], *definitions), tmp_path)
    main, upper, lower = metrics["measurements"]
    assert (main["name"], main["mean_absolute_error"]) == ("Cobb angle MT", pytest.approx(10))
    assert upper["mean_absolute_error"] == pytest.approx(0) == lower["mean_absolute_error"]
    assert metrics["cobb_smape"] == pytest.approx(100 * 10 / 50)
