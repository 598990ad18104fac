# SPDX-License-Identifier: Apache-2.0
"""Workflows of the shipped configs on small real files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from monai.bundle import ConfigWorkflow

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


@pytest.fixture
def mean_shape(training: Callable[..., ConfigWorkflow], tmp_path: Path) -> Path:
    """Weights of an untrained network with their card: it answers with the mean shape of the training films."""
    training(max_epochs=1).run()
    return tmp_path / "run" / "mean_shape.pt"


@pytest.fixture
def apply(tmp_path: Path) -> Callable[..., ConfigWorkflow]:
    """Make an initialized workflow of `inference.json` and overlays, which writes to `tmp_path / "out"`."""

    def make(*overlays: str, **override: Any) -> ConfigWorkflow:
        files = [str(CONFIGS / name) for name in ("inference.json", *overlays)]
        settings = {"output_dir": str(tmp_path / "out"), "device": "$torch.device('cpu')", **override}
        workflow = ConfigWorkflow(files, workflow_type="inference", logging_file=False, **settings)
        workflow.initialize()
        return workflow

    return make


@pytest.fixture
def predicted(tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Read what inference wrote of a film: `predicted("folder/film.png")`."""

    def read(name: str) -> dict[str, Any]:
        assert (tmp_path / "out" / f"{name}.png").is_file()
        return json.loads((tmp_path / "out" / f"{name}.json").read_text())

    return read
