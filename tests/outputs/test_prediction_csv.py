# SPDX-License-Identifier: Apache-2.0
"""The table of all films of a folder."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bundle.errors import BundleError
from bundle.measurements import Definition, Measured
from bundle.outputs.prediction_csv import CsvOutput
from bundle.results.film_result import FilmResult

Predict = Callable[..., FilmResult]


def rows(folder: Path, file: str = "predictions.csv") -> list[dict[str, str]]:
    with (folder / file).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def test_one_row_a_landmark_of_each_film(predict: Predict, names: list[str], tmp_path: Path) -> None:
    output = CsvOutput(tmp_path / "out")
    output(predict(tmp_path / "a.png", spacing=np.array([0.5, 0.25])))
    assert len(rows(tmp_path / "out")) == 3  # what is done is there, whatever becomes of the next film
    output(predict(tmp_path / "b.png", landmarks=np.full((3, 2), np.nan)))
    table = rows(tmp_path / "out")
    assert [(row["name"], row["landmark"]) for row in table] == [
        (film, name) for film in ("a.png", "b.png") for name in names
    ]
    assert table[0] == {
        "name": "a.png",
        "landmark": "left hip",
        "x": "10.2500",
        "y": "20.5000",
        "x_mm": "5.1250",
        "y_mm": "5.1250",
        "expected_error_px": "",
        "expected_error_mm": "",
        "decision": "",
        "spacing_provenance": "PixelSpacing, calibrated",
        "model": "a model",
        "version": "0.1.0",
        "weights_sha256": "ab" * 32,
    }
    assert table[3]["x"] == table[3]["y_mm"] == ""


def test_a_new_run_starts_a_new_table(predict: Predict, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        CsvOutput(tmp_path)(predict(tmp_path / name))
    assert {row["name"] for row in rows(tmp_path)} == {"b.png"}


def test_a_table_that_cannot_be_written_is_named(predict: Predict, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(BundleError, match=r"predictions\.csv: cannot be written"):
        CsvOutput(tmp_path / "file")(predict(tmp_path / "a.png"))


def test_one_row_a_measurement_of_each_film(predict: Predict, tmp_path: Path) -> None:
    ratio = Definition(name="Heart, ratio", rule="ratio", unit="ratio")
    output = CsvOutput(tmp_path)
    for name, value in (("a.png", 0.48766), ("b.png", np.nan)):
        output(predict(tmp_path / name, measurements=(Measured(ratio, value, "ratio"),)))
    table = rows(tmp_path, "measurements.csv")
    assert [(row["name"], row["measurement"], row["value"], row["unit"]) for row in table] == [
        ("a.png", "Heart, ratio", "0.4877", "ratio"),
        ("b.png", "Heart, ratio", "", "ratio"),
    ]
    assert table[0]["weights_sha256"] == "ab" * 32


def test_without_measurements_there_is_no_such_table(predict: Predict, tmp_path: Path) -> None:
    CsvOutput(tmp_path)(predict(tmp_path / "a.png"))
    assert not (tmp_path / "measurements.csv").exists()
