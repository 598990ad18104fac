# SPDX-License-Identifier: Apache-2.0
"""Evaluation as `evaluate.yaml` does it agrees with what a person computes from the predictions."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from monai.bundle import ConfigWorkflow

from bundle.errors import bundle_error

Make = Callable[..., ConfigWorkflow]


@pytest.fixture
def test_films(dataset: Path) -> list[dict[str, Any]]:
    """Entries of the test films, one landmark of which is now missing."""
    document = json.loads((dataset / "dataset.json").read_text())
    document["test"][0]["landmarks"][1] = None
    (dataset / "dataset.json").write_text(json.dumps(document))
    return document["test"]


def test_metrics_are_those_computed_by_hand(
    apply: Make, training: Make, predicted: Callable, test_films: list, dataset: Path, tmp_path: Path
):
    training().run()
    model = str(tmp_path / "models" / "model.pt")
    apply(dataset_dir=str(dataset), checkpoint=model).run()
    pixels = np.array([[error(film, predicted, index) for index in range(3)] for film in test_films])
    millimetres = pixels * 0.5
    known = ~np.isnan(pixels)
    assert known.sum() == 5

    apply("evaluate.yaml", dataset_dir=str(dataset), checkpoint=model, output_dir=str(tmp_path / "evaluation")).run()
    metrics = json.loads((tmp_path / "evaluation" / "metrics.json").read_text())
    assert (metrics["films"], metrics["films_with_spacing"], metrics["synthetic"]) == (2, 2, True)
    expected = {
        "count": 5,
        "mean_px": pixels[known].mean(),
        "median_px": np.median(pixels[known]),
        "std_px": pixels[known].std(),
        "failure_rate": (pixels[known] > 0.05 * 64).mean(),
        "mean_mm": millimetres[known].mean(),
        **{f"sdr_{radius:g}mm": (millimetres[known] <= radius).mean() for radius in (2.0, 2.5, 3.0, 4.0)},
    }
    assert {name: metrics["overall"][name] for name in expected} == pytest.approx(expected, abs=1e-3)
    assert metrics["per_landmark"]["right top"]["mean_px"] == pytest.approx(pixels[1, 1], abs=1e-3)
    rows = list(csv.reader((tmp_path / "evaluation" / "errors.csv").open()))
    assert {film["image"] for film in test_films} <= {cell for row in rows for cell in row}


def error(film: dict[str, Any], predicted: Callable, index: int) -> float:
    if film["landmarks"][index] is None:
        return np.nan
    landmark = predicted(film["image"])["landmarks"][index]
    return float(np.hypot(landmark["x"] - film["landmarks"][index][0], landmark["y"] - film["landmarks"][index][1]))


def test_mean_shape_alone_can_be_evaluated_as_a_baseline(
    apply: Make, mean_shape: Path, test_films: list, dataset: Path, tmp_path: Path
):
    apply("evaluate.yaml", dataset_dir=str(dataset), checkpoint=str(mean_shape), split="validation").run()
    baseline = json.loads((tmp_path / "out" / "metrics.json").read_text())["overall"]["mean_px"]
    first_row = next(csv.DictReader((tmp_path / "run" / "history.csv").open()))
    assert baseline == pytest.approx(float(first_row["validation_error_px"]), rel=1e-4)


def test_evaluation_leaves_tables_and_pictures(apply: Make, mean_shape: Path, dataset: Path, tmp_path: Path):
    settings = {"dataset_dir": str(dataset), "checkpoint": str(mean_shape), "overlays": {"best": 1, "worst": 1}}
    apply("evaluate.yaml", **settings).run()
    left = {file.relative_to(tmp_path / "out").as_posix() for file in (tmp_path / "out").rglob("*") if file.is_file()}
    assert {"metrics.json", "errors.csv", "landmarks.csv", "cumulative_error.png"} < left
    assert sum(name.startswith("overlays/") for name in left) == 2  # of two films, the best and the worst


def test_evaluation_measures_what_inference_does(apply: Make, mean_shape: Path, dataset: Path, tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(
        "measurements: [{name: Width, rule: distance, unit: mm, points: [left top, right top]}]"
    )
    settings = {"measurements": str(tmp_path / "mine.yaml"), "overlays": {}}
    apply("evaluate.yaml", dataset_dir=str(dataset), checkpoint=str(mean_shape), **settings).run()
    (width,) = json.loads((tmp_path / "out" / "metrics.json").read_text())["measurements"]
    with (tmp_path / "out" / "measurements.csv").open() as table:
        rows = list(csv.DictReader(table))
    differences = [float(row["difference"]) for row in rows]
    assert (width["name"], width["unit"], width["films"]) == ("Width", "mm", 2)
    assert width["bias"] == pytest.approx(np.mean(differences), abs=1e-4)
    true = json.loads((dataset / "dataset.json").read_text())["test"]
    expected = [0.5 * np.hypot(*np.subtract(film["landmarks"][0], film["landmarks"][1])) for film in true]
    assert [float(row["true_value"]) for row in rows] == pytest.approx(expected, abs=1e-3)


def test_films_that_cannot_be_read_are_named_and_the_others_evaluated(
    apply: Make, mean_shape: Path, dataset: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    settings = {"dataset_dir": str(dataset), "checkpoint": str(mean_shape), "overlays": {"best": 1}}
    apply("evaluate.yaml", split="training", **settings).run()
    whole = json.loads((tmp_path / "out" / "metrics.json").read_text())
    (dataset / "2.png").write_bytes((dataset / "2.png").read_bytes()[:200])
    (dataset / "4.png").write_bytes(b"")
    with pytest.raises(RuntimeError) as raised:
        apply("evaluate.yaml", split="training", **settings).run()
    assert "2 of 6 films could not be read: 2.png, 4.png; all others are done" in str(raised.value.__cause__)
    assert sum(record.getMessage().startswith(("2.png: ", "4.png: ")) for record in caplog.records) == 2
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert (whole["films"], whole["unreadable"]) == (6, [])
    assert (metrics["films"], metrics["unreadable"]) == (4, ["2.png", "4.png"])


def test_nothing_but_films_that_cannot_be_read_is_no_evaluation(
    apply: Make, mean_shape: Path, dataset: Path, tmp_path: Path
):
    settings = {"dataset_dir": str(dataset), "checkpoint": str(mean_shape)}
    apply("evaluate.yaml", **settings).run()
    for name in ("8.png", "9.png"):
        (dataset / name).write_bytes(b"no film")
    with pytest.raises(RuntimeError) as raised:
        apply("evaluate.yaml", **settings).run()
    sentence = str(bundle_error(raised.value))
    assert "none of the 2 films can be read" in sentence


def test_an_evaluation_leaves_nothing_of_the_one_before(apply: Make, mean_shape: Path, dataset: Path, tmp_path: Path):
    settings = {"dataset_dir": str(dataset), "checkpoint": str(mean_shape)}
    apply("evaluate.yaml", split="training", overlays={"worst": 3}, **settings).run()
    apply("evaluate.yaml", split="validation", overlays={"best": 1}, **settings).run()
    (picture,) = (tmp_path / "out" / "overlays").iterdir()
    assert picture.name.startswith("best_1_")
