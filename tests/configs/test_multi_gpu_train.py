# SPDX-License-Identifier: Apache-2.0
"""Stage 1 in two processes, on CPUs as on GPUs: each sees films of its own, and both have the same network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from monai.bundle import ConfigWorkflow

from bundle.engines.weights import read_checkpoint
from bundle.run_folder import VALIDATION, read_history
from run_folders import cause_of

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
OVERLAY = "multi_gpu_train.json"


def test_two_processes_train_one_network(dataset: Path, tmp_path: Path):
    run, model = tmp_path / "run", tmp_path / "model.pt"
    settings = {"dataset_dir": dataset, "output_dir": run, "model_file": model, "shots": 4, "image_size": 32}
    settings |= {"hidden_features": 8, "batch_size": 2, "epoch_length": 2, "max_epochs": 2, "val_interval": 1}
    torchrun = ["torch.distributed.run", "--standalone", "--nproc_per_node=2", "-m"]
    files = str([str(CONFIGS / name) for name in ("train.json", "small.yaml", OVERLAY)])
    words = [sys.executable, "-m", *torchrun, "monai.bundle", "run", "training", "--config_file", files]
    options = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [*words, *options], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr

    first, second = (read_checkpoint(folder / "last.pt")["network"] for folder in (run, run / "process_1"))
    assert first.keys() == second.keys()
    assert all(torch.equal(value, second[name]) for name, value in first.items())
    begun = torch.load(run / "mean_shape.pt", weights_only=True)
    assert not torch.equal(first["backbone.conv1.weight"], begun["backbone.conv1.weight"])
    rows, others = read_history(run), read_history(run / "process_1")
    assert [row[VALIDATION] for row in rows] == [row[VALIDATION] for row in others]
    assert [row["loss"] for row in rows[1:]] != [row["loss"] for row in others[1:]]
    assert json.loads(model.with_suffix(".json").read_text())["epoch"] >= 1


def test_stage_2_is_refused_in_several_processes(
    workflow: Callable[..., ConfigWorkflow], stage1: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("RANK", "0")
    configs = ("train.json", "small.yaml", "few_shot.yaml", OVERLAY)
    settings = {"stage1": str(stage1), "output_dir": str(tmp_path / "run"), "initialize": "$workflow.begin(@seed)"}
    with pytest.raises(RuntimeError) as refused:
        workflow(*configs, **settings).trainer  # noqa: B018  # MONAI builds it when it is asked for
    assert "stage 2 and the warm-up train in one process" in cause_of(refused.value)
