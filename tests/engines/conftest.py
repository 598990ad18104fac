# SPDX-License-Identifier: Apache-2.0
"""Stage-2 workflows of the shipped configs, on a stage 1 that is said to have converged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from monai.bundle import ConfigWorkflow

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


@pytest.fixture
def stage1(training: Callable[..., ConfigWorkflow], tmp_path: Path) -> Path:
    """Run folder of a stage 1: the mean shape with a little noise in every weight, its card, and that it converged."""
    parser = training().parser
    network = parser.get_parsed_content("network_def")
    network.set_landmarks(parser.get_parsed_content("train#mean_shape"), parser.get_parsed_content("landmark_names"))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.01 * torch.randn(parameter.shape, generator=generator)
    folder = tmp_path / "stage1"
    folder.mkdir()
    torch.save(network.state_dict(), folder / "best.pt")
    (folder / "best.json").write_text(json.dumps(parser.get_parsed_content("model_card")))
    (folder / "convergence.json").write_text(json.dumps({"converged": True}))
    return folder


@pytest.fixture
def few_shot(stage1: Path, warm_up: Path, dataset: Path, tmp_path: Path) -> Callable[..., ConfigWorkflow]:
    """Make an initialized stage-2 workflow of a method, cut down to two epochs of three steps, the middle one odd."""

    def make(method: str, **override: Any) -> ConfigWorkflow:
        settings = {
            "dataset_dir": str(dataset),
            "stage1": str(stage1),
            "output_dir": str(tmp_path / "few_shot"),
            "model_file": str(tmp_path / "models" / "model.pt"),
            "shots": 4,
            "image_size": 32,
            "hidden_features": 8,
            "batch_size": 2,
            "ratio": 1,
            "epoch_length": 3,
            "max_epochs": 2,
            "val_interval": 1,
            "learning_rate": 1e-3,
            "device": "$torch.device('cpu')",
            "validate#handlers": [],
        }
        if method == "recommended":
            settings["warm_up"] = str(warm_up)
        names = ("train.json", "small.json", "few_shot.json", f"methods/{method}.json")
        files = [str(CONFIGS / name) for name in names]
        workflow = ConfigWorkflow(files, workflow_type="train", logging_file=False, **{**settings, **override})
        workflow.initialize()
        return workflow

    return make
