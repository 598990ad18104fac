# SPDX-License-Identifier: Apache-2.0
"""The JSON of one film."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bundle.confidence import Confidence
from bundle.measurements import Definition, Measured
from bundle.outputs.prediction_json import JsonOutput
from bundle.results.film_result import FilmResult

Predict = Callable[..., FilmResult]


def written(prediction: FilmResult, folder: Path) -> dict[str, Any]:
    JsonOutput(folder)(prediction)
    return json.loads((folder / f"{prediction.name}.json").read_text(encoding="utf-8"))


def test_pixels_and_millimetres(predict: Predict, names: list[str], tmp_path: Path) -> None:
    warnings = ("a warning",)
    prediction = predict(tmp_path / "a.png", name="day 1/a.png", spacing=np.array([0.5, 0.25]), warnings=warnings)
    document = written(prediction, tmp_path / "out")
    assert document["name"] == "day 1/a.png"
    place = {"name": "right hip", "x": 70.0, "y": 5.0, "x_mm": 35.0, "y_mm": 1.25}
    assert document["landmarks"][1] == {**place, "expected_error_px": None, "expected_error_mm": None}
    assert document["confidence"] is None
    assert [landmark["name"] for landmark in document["landmarks"]] == names
    assert (document["size"], document["spacing"]) == ([80, 48], [0.5, 0.25])
    assert document["spacing_provenance"] == "PixelSpacing, calibrated"
    made_by = {"name": "a model", "version": "0.1.0", "weights_sha256": "ab" * 32}
    made_by |= {"calibration_sha256": None, "measurements_sha256": None}
    assert document["model"] == made_by
    assert document["warnings"] == ["a warning"]
    assert str(tmp_path) not in json.dumps(document)


def test_confidence_is_told_with_its_reasons(predict: Predict, doubtful: Confidence, tmp_path: Path) -> None:
    document = written(predict(tmp_path / "a.png", spacing=np.array([0.5, 0.5]), confidence=doubtful), tmp_path)
    assert [landmark["expected_error_px"] for landmark in document["landmarks"]] == [2, 4, 12]
    assert [landmark["expected_error_mm"] for landmark in document["landmarks"]] == [1, 2, 6]
    assert document["confidence"] == {
        "decision": "review",
        "reasons": list(doubtful.reasons),
        "expected_error_px": 6.0,
        "error_limit_px": 5.0,
        "unlikeness": 0.9,
        "unlikeness_limit": 0.5,
    }
    assert len(doubtful.reasons) == 2


def test_what_is_unknown_is_null(predict: Predict, tmp_path: Path) -> None:
    landmarks = np.array([[10, 20], [np.nan, np.nan], [30, 40]])
    document = written(predict(tmp_path / "a.png", landmarks=landmarks, spacing=np.full(2, np.nan)), tmp_path)
    assert document["spacing"] is None
    assert all(point["x_mm"] is None and point["y_mm"] is None for point in document["landmarks"])
    assert document["landmarks"][0]["x"] == 10.0
    assert document["landmarks"][1]["x"] is document["landmarks"][1]["y"] is None


def test_measurements_have_a_value_or_null(predict: Predict, tmp_path: Path) -> None:
    angle = Definition(name="SNA", rule="angle", unit="degree")
    measurements = (Measured(angle, 81.23456, "degree"), Measured(angle, np.nan, "degree"))
    document = written(predict(tmp_path / "a.png", measurements=measurements), tmp_path)
    assert document["measurements"] == [
        {"name": "SNA", "value": 81.2346, "unit": "degree"},
        {"name": "SNA", "value": None, "unit": "degree"},
    ]
