# SPDX-License-Identifier: Apache-2.0
"""The JSON of one film."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from bundle.reports.prediction_json import write_prediction


def written(path: Path, record: dict[str, Any], names: list[str]) -> dict[str, Any]:
    write_prediction(path, record, names, model="few_shot_dag", version="0.1.0", weights_sha256="ab12")
    return json.loads(path.read_text(encoding="utf-8"))


def test_pixels_and_millimetres(records: list[dict[str, Any]], names: list[str], tmp_path: Path) -> None:
    record = records[2] | {"spacing": np.array([0.5, 0.25]), "spacing_provenance": "PixelSpacing"}
    document = written(tmp_path / "a" / "film.json", record, names)
    assert document["landmarks"][1] == {"name": "right hip", "x": 90.0, "y": 42.0, "x_mm": 45.0, "y_mm": 10.5}
    assert [landmark["name"] for landmark in document["landmarks"]] == names
    assert (document["size"], document["spacing"]) == ([120, 90], [0.5, 0.25])
    assert document["spacing_provenance"] == "PixelSpacing"
    assert document["model"] == {"name": "few_shot_dag", "version": "0.1.0", "weights_sha256": "ab12"}
    assert str(tmp_path) not in json.dumps(document)


def test_unknown_spacing_is_null(records: list[dict[str, Any]], names: list[str], tmp_path: Path) -> None:
    document = written(tmp_path / "film.json", records[2] | {"spacing": np.full(2, np.nan)}, names)
    assert document["spacing"] is None
    assert document["spacing_provenance"] is None
    assert all(point["x_mm"] is None and point["y_mm"] is None for point in document["landmarks"])
    assert document["landmarks"][0]["x"] == 30.0
