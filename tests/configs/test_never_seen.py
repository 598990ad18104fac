# SPDX-License-Identifier: Apache-2.0
"""A landmark that no drawn film has is named when training starts, and unknown in all that the network leaves."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from monai.bundle import ConfigWorkflow

Make = Callable[..., ConfigWorkflow]

NEVER = "right top"
WIDTH = "measurements: [{name: Width, rule: distance, unit: mm, points: [left top, right top]}]"


@pytest.fixture
def trained(
    training: Make, dataset: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> Path:
    """Weights of a network that never saw its second landmark, which all films but those of training have."""
    document = json.loads((dataset / "dataset.json").read_text())
    for film in document["training"]:
        film["landmarks"][1] = None
    (dataset / "dataset.json").write_text(json.dumps(document))
    training(*getattr(request, "param", ())).run()
    (warning,) = [record.message for record in caplog.records if NEVER in record.message]
    assert "no labelled film of this training has right top" in warning
    caplog.clear()
    return tmp_path / "models" / "model.pt"


NETWORKS = pytest.mark.parametrize(
    "trained", [(), ("methods/spatial_configuration_net.yaml",)], ids=["dag", "scn"], indirect=True
)


@NETWORKS
def test_inference_has_no_place_for_it(
    apply: Make, trained: Path, dataset: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    assert json.loads(trained.with_suffix(".json").read_text())["never_seen"] == [NEVER]
    (tmp_path / "mine.yaml").write_text(WIDTH)
    settings = {"dataset_dir": str(dataset), "checkpoint": str(trained), "measurements": str(tmp_path / "mine.yaml")}
    apply(outputs=["json", "csv", "slicer", "overlay"], **settings).run()
    assert sum(NEVER in record.message for record in caplog.records) == 1  # not once a film
    document = json.loads((tmp_path / "out" / "8.png.json").read_text())
    assert document["not_looked_for"] == [NEVER]
    for landmark in document["landmarks"]:
        values = [value for name, value in landmark.items() if name in ("x", "y", "x_mm", "y_mm")]
        assert (values == [None] * 4) == (landmark["name"] == NEVER)
    assert [measured["value"] for measured in document["measurements"]] == [None]
    with (tmp_path / "out" / "predictions.csv").open() as table:
        assert all((row["x"] == "") == (row["landmark"] == NEVER) for row in csv.DictReader(table))
    (markup,) = json.loads((tmp_path / "out" / "8.png.mrk.json").read_text())["markups"]
    point = markup["controlPoints"][1]
    assert (point["label"], point["positionStatus"]) == (NEVER, "undefined")
    assert point["description"] == "not looked for"


@NETWORKS
def test_it_is_no_error_in_validation_nor_in_evaluation_which_names_it(
    apply: Make, trained: Path, dataset: Path, tmp_path: Path
):
    with (tmp_path / "run" / "history.csv").open() as table:
        errors = [float(row["validation_error_px"]) for row in csv.DictReader(table)]
    assert all(math.isfinite(error) for error in errors)
    settings = {"dataset_dir": str(dataset), "checkpoint": str(trained), "split": "validation"}
    apply("evaluate.yaml", **settings).run()
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["not_looked_for"] == [NEVER]
    assert (metrics["overall"]["count"], metrics["per_landmark"][NEVER]["count"]) == (4, 0)
    assert metrics["overall"]["mean_px"] == pytest.approx(min(errors[1:]), rel=1e-3)


def test_calibration_and_confidence_leave_it_out(apply: Make, trained: Path, dataset: Path, tmp_path: Path):
    settings = {"dataset_dir": str(dataset), "checkpoint": str(trained)}
    document = json.loads((dataset / "dataset.json").read_text())
    document["validation"] += document.pop("test") + document["training"][4:]
    document |= {"test": [], "training": document["training"][:4]}
    (dataset / "dataset.json").write_text(json.dumps(document))
    apply("evaluate.yaml", "calibrate.yaml", output_dir=str(tmp_path / "calibration"), **settings).run()
    report = json.loads((tmp_path / "calibration" / "calibration.json").read_text())
    assert report["error_limit"] > 0 and report["unlikeness_limit"] > 0
    apply(**settings).run()
    found = json.loads((tmp_path / "out" / "8.png.json").read_text())
    errors = [landmark["expected_error_px"] for landmark in found["landmarks"]]
    assert errors[1] is None
    assert found["confidence"]["expected_error_px"] == pytest.approx((errors[0] + errors[2]) / 2, abs=1e-3)
    assert found["confidence"]["unlikeness"] is not None
    apply("evaluate.yaml", split="validation", output_dir=str(tmp_path / "evaluation"), **settings).run()
    metrics = json.loads((tmp_path / "evaluation" / "metrics.json").read_text())
    assert metrics["confidence"]["reliability"]


@pytest.mark.parametrize("method", ["few_shot_dag", "pseudo_label", "temporal_ensemble", "multi_view"])
def test_stage_two_does_not_learn_an_invented_place(
    workflow: Make, trained: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, method: str
):
    settings: dict[str, Any] = {"stage1": str(tmp_path / "run"), "output_dir": str(tmp_path / "two")}
    settings |= {"accept_unconverged": True, "batch_size": 2, "ratio": 1, "epoch_length": 4, "accept_confidence": 0.5}
    configs = ("train.json", "small.yaml", "few_shot.yaml", f"methods/{method}.yaml")
    stage2 = workflow(*configs, **settings)
    pseudo = []
    parser = stage2.parser
    loss = parser.get_parsed_content("train#consistency_loss")
    loss.register_forward_pre_hook(lambda module, given: pseudo.append(given[1]))
    stage2.run()
    assert sum(NEVER in record.message for record in caplog.records) == 1
    known = torch.stack([vertices.isfinite().all(dim=(0, 2)) for vertices in pseudo])
    assert not known[:, 1].any() and known[:, 0].any() and known[:, 2].any()
    card = json.loads((tmp_path / "two" / "best.json").read_text())
    assert card["never_seen"] == [NEVER]


def test_network_as_monai_loads_it_has_no_place_for_it(apply: Make, trained: Path, dataset: Path):
    network = apply(dataset_dir=str(dataset), checkpoint=str(trained)).parser.get_parsed_content("network")
    found = network(torch.rand(2, 1, 32, 32))
    assert np.isfinite(found.detach().numpy()).all(axis=(0, 2)).tolist() == [True, False, True]
