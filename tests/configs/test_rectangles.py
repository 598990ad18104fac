# SPDX-License-Identifier: Apache-2.0
"""Rectangles as a user trains on them: every stage, and what is applied in the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from monai.bundle import ConfigWorkflow

from bundle.dataset.description import read_dataset
from bundle.engines import read_weights
from bundle.run_folder import read_history

Training = Callable[..., ConfigWorkflow]
SIZES = [[64, 32], [32, 64]]
WINDOWS = {"window": 32, "widths": [8, 16], "batch_size": 2, "accept_confidence": 0.5, "learning_rate": 0.01}


@pytest.mark.parametrize("size", SIZES)
def test_the_mean_shape_is_where_the_landmarks_of_the_drawn_films_are(
    training: Training, apply, predicted, points, dataset: Path, tmp_path: Path, size: list[int]
):
    """The films are all of 64 x 56 pixels, so that the mean is one in their own pixels."""
    training(image_size=size, shots=6, max_epochs=1).run()
    apply(dataset_dir=str(dataset / "8.png"), checkpoint=str(tmp_path / "run" / "mean_shape.pt")).run()
    drawn = [film.landmarks for film in read_dataset(dataset).training]
    np.testing.assert_allclose(points(predicted("8.png")), np.mean(drawn, axis=0), atol=0.01)


def test_every_stage_is_trained_calibrated_and_applied(
    training: Training, apply, predicted, dataset: Path, tmp_path: Path
):
    size, stage1, windows, last = SIZES[0], *(str(tmp_path / name) for name in ("stage1", "windows", "last"))
    training(image_size=size, output_dir=stage1).run()
    (tmp_path / "stage1" / "convergence.json").write_text(json.dumps({"converged": True}))
    further = {"image_size": size, **WINDOWS}
    training("windows.yaml", stage1=stage1, output_dir=windows, **further).run()
    stage2 = {"stage1": windows, "output_dir": last, "ratio": 1, "epoch_length": 4}
    training("windows.yaml", "few_shot.yaml", "methods/windows_multi_view.yaml", **further, **stage2).run()
    assert 0 < read_history(tmp_path / "last")[-1]["pseudo_inside"] <= 1
    weights = tmp_path / "last" / "best.pt"
    assert read_weights(weights).card["preprocessing"]["image_size"] == [256, 128]
    settings = {"dataset_dir": str(dataset), "checkpoint": str(weights), "split": "training"}
    apply("evaluate.yaml", "calibrate.yaml", output_dir=str(tmp_path / "calibration"), **settings).run()
    apply(dataset_dir=str(dataset / "8.png"), checkpoint=str(weights)).run()
    for landmark in predicted("8.png")["landmarks"]:
        assert 0 <= landmark["x"] < 64 and 0 <= landmark["y"] < 56 and landmark["expected_error_px"] > 0


@pytest.mark.parametrize("method", ["recommended", "few_shot_dag_js", "spatial_configuration_net"])
def test_other_networks_and_teachers_see_them_too(training: Training, dataset: Path, tmp_path: Path, method: str):
    stage1, warm_up = str(tmp_path / "stage1"), str(tmp_path / "warm_up")
    overlays, settings = [f"methods/{method}.yaml"], {"image_size": SIZES[1], "max_epochs": 1}
    if method != "spatial_configuration_net":
        training(output_dir=stage1, **settings).run()
        training("warm_up.yaml", output_dir=warm_up, **settings).run()
        overlays.insert(0, "few_shot.yaml")
        given = {"warm_up": warm_up} if method == "recommended" else {}
        settings |= {"stage1": stage1, "accept_unconverged": True, "ratio": 1, **given}
    training(*overlays, output_dir=str(tmp_path / "last"), **settings).run()
    assert (tmp_path / "last" / "best.pt").is_file()
