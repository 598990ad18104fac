# SPDX-License-Identifier: Apache-2.0
"""`calibrate` learns which errors to expect; inference and evaluation then say so."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from monai.bundle import ConfigWorkflow

from bundle.confidence import handlers
from bundle.engines.weights import read_card, save_weights
from bundle.errors import CheckpointError, ConfigurationError
from bundle.files import sha256_of

Make = Callable[..., ConfigWorkflow]


@pytest.fixture
def model(training: Make, tmp_path: Path) -> Path:
    """Weights of a short training."""
    training().run()
    return tmp_path / "models" / "model.pt"


@pytest.fixture
def calibrated(apply: Make, model: Path, dataset: Path, tmp_path: Path) -> Path:
    """The same weights, calibrated on six films."""
    settings = {"dataset_dir": str(dataset), "checkpoint": str(model), "output_dir": str(tmp_path / "calibration")}
    apply("evaluate.yaml", "calibrate.yaml", split="training", **settings).run()
    return model


def test_calibration_is_saved_beside_the_weights_and_reported(calibrated: Path, tmp_path: Path):
    assert calibrated.with_name("model.confidence.pt").is_file()
    report = json.loads((tmp_path / "calibration" / "calibration.json").read_text())
    assert report["films"] == 6
    assert set(report["rank_correlations"]) == {"spread", "shape", "unlikeness", "spread + shape + unlikeness"}
    assert report["error_limit"] > 0 and report["unlikeness_limit"] > 0


@pytest.mark.parametrize(("limit", "warned"), [(-1.0, False), (2.0, True)])
def test_a_calibration_that_tells_nothing_is_said(
    limit: float, warned: bool, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, caplog
):
    monkeypatch.setattr(handlers, "USELESS", limit)
    request.getfixturevalue("calibrated")
    assert ("'accept' means nothing" in caplog.text) is warned


def test_inference_says_what_error_to_expect(apply: Make, calibrated: Path, dataset: Path, tmp_path: Path):
    apply(dataset_dir=str(dataset), checkpoint=str(calibrated), outputs=["json", "csv"]).run()
    found = json.loads((tmp_path / "out" / "8.png.json").read_text())
    confidence, landmarks = found["confidence"], found["landmarks"]
    assert found["model"]["calibration_sha256"] == sha256_of(calibrated.with_name("model.confidence.pt"))
    errors = [landmark["expected_error_px"] for landmark in landmarks]
    assert confidence["expected_error_px"] == pytest.approx(sum(errors) / len(errors), abs=1e-3)
    assert confidence["decision"] == ("review" if confidence["reasons"] else "accept")
    assert min(errors) > 0 and confidence["error_limit_px"] > 0
    with (tmp_path / "out" / "predictions.csv").open() as table:
        row = next(row for row in csv.DictReader(table) if row["name"] == "8.png")
    assert float(row["expected_error_px"]) == pytest.approx(errors[0], abs=1e-3)
    assert row["decision"] == confidence["decision"]


def test_evaluation_compares_expected_with_true_errors(apply: Make, calibrated: Path, dataset: Path, tmp_path: Path):
    apply("evaluate.yaml", dataset_dir=str(dataset), checkpoint=str(calibrated), split="training").run()
    confidence = json.loads((tmp_path / "out" / "metrics.json").read_text())["confidence"]
    groups = confidence["reliability"]
    count = sum(group["count"] for group in groups)
    assert count == 18
    # the films are those that it was fitted to, so that the errors agree in the mean
    expected, observed = (
        sum(group[name] * group["count"] for group in groups) for name in ("expected_px", "observed_px")
    )
    assert expected == pytest.approx(observed, rel=0.1)
    with (tmp_path / "out" / "confidence.csv").open() as table:
        rows = list(csv.DictReader(table))
    assert sum(row["decision"] == "review" for row in rows) == confidence["reviewed"]
    assert (tmp_path / "out" / "reliability.png").stat().st_size > 1000


def test_films_that_cannot_be_read_are_left_out_by_name(
    apply: Make, model: Path, dataset: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    (dataset / "3.png").write_bytes(b"no film")
    settings = {"dataset_dir": str(dataset), "checkpoint": str(model)}
    apply("evaluate.yaml", "calibrate.yaml", split="training", **settings).run()
    assert json.loads((tmp_path / "out" / "calibration.json").read_text())["films"] == 5
    assert any(record.getMessage().startswith("3.png: ") for record in caplog.records)


def test_too_few_films_are_refused(apply: Make, model: Path, dataset: Path):
    settings = {"dataset_dir": str(dataset), "checkpoint": str(model)}
    with pytest.raises(RuntimeError) as raised:
        apply("evaluate.yaml", "calibrate.yaml", **settings).run()
    assert isinstance(raised.value.__cause__, ConfigurationError)
    assert "only 2 labelled validation films; calibration needs 5 or more" in str(raised.value.__cause__)
    assert not model.with_name("model.confidence.pt").exists()


def test_without_calibration_inference_says_so(apply: Make, model: Path, dataset: Path, tmp_path: Path, caplog):
    apply(dataset_dir=str(dataset), checkpoint=str(model)).run()
    found = json.loads((tmp_path / "out" / "8.png.json").read_text())
    assert found["confidence"] is None and found["landmarks"][0]["expected_error_px"] is None
    assert caplog.text.count("is not calibrated") == 1


def test_a_calibration_of_other_weights_is_refused(apply: Make, calibrated: Path, dataset: Path):
    state = torch.load(calibrated, weights_only=True)
    state["mean_shape"] += 0.01
    save_weights(calibrated, state, read_card(calibrated))
    with pytest.raises(RuntimeError) as raised:
        apply(dataset_dir=str(dataset), checkpoint=str(calibrated)).run()
    assert isinstance(raised.value.__cause__, CheckpointError)
    assert "was calibrated for other weights than model.pt; run calibrate again" in str(raised.value.__cause__)


def test_a_broken_calibration_is_refused(apply: Make, calibrated: Path, dataset: Path):
    calibrated.with_name("model.confidence.pt").write_bytes(b"nothing")
    with pytest.raises(RuntimeError) as raised:
        apply(dataset_dir=str(dataset), checkpoint=str(calibrated)).run()
    assert "model.confidence.pt: cannot be read" in str(raised.value.__cause__)


def test_estimating_leaves_the_predictions_as_they_are(apply: Make, calibrated: Path, dataset: Path, tmp_path: Path):
    settings = {"dataset_dir": str(dataset), "checkpoint": str(calibrated), "batch_size": 1, "outputs": "json"}
    apply(**settings).run()
    with_estimates = json.loads((tmp_path / "out" / "9.png.json").read_text())["landmarks"]
    calibrated.with_name("model.confidence.pt").unlink()
    apply(**settings).run()
    without = json.loads((tmp_path / "out" / "9.png.json").read_text())["landmarks"]
    assert [(landmark["x"], landmark["y"]) for landmark in with_estimates] == [
        (landmark["x"], landmark["y"]) for landmark in without
    ]
