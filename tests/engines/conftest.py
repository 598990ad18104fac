# SPDX-License-Identifier: Apache-2.0
"""Stage-2 workflows of the shipped configs, on a stage 1 that is said to have converged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from monai.bundle import ConfigWorkflow


@pytest.fixture
def few_shot(
    workflow: Callable[..., ConfigWorkflow], stage1: Path, warm_up: Path, tmp_path: Path
) -> Callable[..., ConfigWorkflow]:
    """Make a stage-2 workflow of a method, cut down to two epochs of three steps, the middle one odd."""

    def make(method: str, **override: Any) -> ConfigWorkflow:
        settings = {
            "stage1": str(stage1),
            "output_dir": str(tmp_path / "few_shot"),
            "batch_size": 2,
            "ratio": 1,
            "epoch_length": 3,
            "learning_rate": 1e-3,
            "validate#handlers": [],
        }
        if method == "recommended":
            settings["warm_up"] = str(warm_up)
        configs = ("train.json", "small.yaml", "few_shot.yaml", f"methods/{method}.yaml")
        return workflow(*configs, **{**settings, **override})

    return make
