# SPDX-License-Identifier: Apache-2.0
"""A tiny training with its evaluation, and the bundle that is made of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from monai.bundle import ConfigWorkflow

from bundle.__main__ import main

METRICS = {"films": 2, "overall": {"mean_px": 3.25, "mean_mm": 1.62512, "failure_rate": 0.5, "sdr_2mm": 0.75}}


@pytest.fixture
def run(training: Callable[..., ConfigWorkflow], tmp_path: Path) -> Path:
    """Run folder of an epoch on triangles, evaluated."""
    training(max_epochs=1).run()
    folder = tmp_path / "run"
    (folder / "evaluation").mkdir()
    (folder / "evaluation" / "metrics.json").write_text(json.dumps(METRICS))
    return folder


@pytest.fixture
def exported(run: Path, tmp_path: Path) -> Path:
    """The bundle, in a folder as the zoo has it."""
    out = tmp_path / "zoo" / "models" / "triangle_landmarks"
    assert main(["export_zoo", str(run), str(out)]) == 0
    return out
