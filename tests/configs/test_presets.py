# SPDX-License-Identifier: Apache-2.0
"""The files for MONAI's `--args_file`: they hold what the comparison and the README type out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bundle.comparison.cells import CALIBRATE, CONFIGS, EVALUATE
from bundle.comparison.methods import METHODS, PRESETS, WARM_UP

PRESET_FILES = sorted((CONFIGS / "presets").glob("*.yaml"))
REPOSITORY = CONFIGS.parent


def config_files(preset: str) -> list[str]:
    content = yaml.safe_load((CONFIGS / "presets" / f"{preset}.yaml").read_text())
    return [file.removeprefix("configs/") for file in content["config_file"]]


@pytest.mark.parametrize("preset", PRESET_FILES, ids=lambda file: file.stem)
def test_a_preset_names_files_that_are_there_and_its_command(preset: Path):
    content = yaml.safe_load(preset.read_text())
    assert all((REPOSITORY / file).is_file() for file in content["config_file"])
    assert f"python -m monai.bundle run --args_file configs/presets/{preset.name} " in preset.read_text()


def test_presets_are_what_a_comparison_runs():
    methods = {method.key: method for method in METHODS}
    cpu, paper = PRESETS["cpu"], PRESETS["paper"]
    assert config_files("cpu") == [*cpu.configs]
    assert config_files("one_film") == [*cpu.configs, *cpu.one_film]
    assert config_files("paper") == [*paper.configs]
    assert config_files("warm_up") == [*cpu.configs, *WARM_UP.overlays]
    assert config_files("few_shot") == [*cpu.configs, *methods["few_shot_dag_js"].overlays]
    assert config_files("recommended") == [*cpu.configs, *methods["recommended"].overlays]
    assert config_files("evaluate") == [file.name for file in EVALUATE]
    assert config_files("calibrate") == [file.name for file in CALIBRATE]


def test_a_preset_trains_by_monais_own_command(dataset: Path, tmp_path: Path):
    settings = {"dataset_dir": dataset, "output_dir": tmp_path / "run", "model_file": tmp_path / "run" / "model.pt"}
    settings |= {"shots": 2, "image_size": 32, "hidden_features": 8, "max_epochs": 1, "epoch_length": 1}
    words = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "monai.bundle", "run", "--args_file", "configs/presets/cpu.yaml", *words]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "best.pt").is_file()
