# SPDX-License-Identifier: Apache-2.0
"""The bundle as strangers use it: MONAI's own command line, from another folder, in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIGS = REPOSITORY / "configs"
APPLY, EVALUATE = ("inference.json",), ("inference.json", "evaluate.yaml")


def command(run: str, configs: tuple[str, ...], folder: Path, **settings: object) -> subprocess.Popen[str]:
    """Start `python -m monai.bundle run` in a folder that is not the repository."""
    files = str([str(CONFIGS / name) for name in configs])
    options = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
    words = [sys.executable, "-m", "monai.bundle", "run", run, "--config_file", files, *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # where the tests run in the background Ctrl-C is ignored, which a child would inherit
    return subprocess.Popen(words, cwd=folder, text=True, preexec_fn=_heed_ctrl_c, **pipes)


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a process, which does not outlive this."""
    try:
        out, err = process.communicate(timeout=300)
    finally:
        process.kill()
    return process.returncode, out, err


def test_train_with_ctrl_c_resume_evaluate_infer(dataset: Path, tmp_path: Path):
    run, model, configs = tmp_path / "run", tmp_path / "models" / "model.pt", ("train.json", "small.yaml")
    size = {"shots": 4, "image_size": 32, "batch_size": 4, "epoch_length": 2, "val_interval": 1, "hidden_features": 8}
    settings = {"dataset_dir": dataset, "output_dir": run, "model_file": model, **size}

    training = command("training", configs, tmp_path, **settings, max_epochs=1000)
    while not (run / "last.pt").exists() and training.poll() is None:
        time.sleep(0.1)
    training.send_signal(signal.SIGINT)
    code, out, err = finish(training)
    assert code == 130, out + err
    assert "Traceback" not in out + err
    assert f"resume with --resume true from {run / 'last.pt'}" in out
    epochs = len((run / "history.csv").read_text().splitlines()) - 2  # less the header and the mean shape
    assert not model.exists()

    code, out, err = finish(command("training", configs, tmp_path, **settings, max_epochs=epochs + 1, resume=True))
    assert code == 0, out + err
    assert f"epoch {epochs + 1}/{epochs + 1}" in out
    left = {file.name for file in run.iterdir()}
    assert {"last.pt", "best.pt", "best.json", "history.csv", "config.json", "environment.json"} <= left
    assert model.is_file() and model.with_suffix(".json").is_file()

    (tmp_path / "films" / "day").mkdir(parents=True)
    shutil.copy(dataset / "8.png", tmp_path / "films" / "day")
    errors, found = tmp_path / "errors", tmp_path / "found"
    for process in (
        command("evaluate", EVALUATE, tmp_path, checkpoint=model, dataset_dir=dataset, output_dir=errors),
        command("inference", APPLY, tmp_path, checkpoint=model, dataset_dir=tmp_path / "films", output_dir=found),
    ):
        code, out, err = finish(process)
        assert code == 0, out + err
    assert json.loads((errors / "metrics.json").read_text())["films"] == 2
    assert sorted(file.name for file in (found / "day").iterdir()) == ["8.png.json", "8.png.png"]


LOAD = """
import json, pathlib, sys
import torch
import monai.bundle
root, bundle_dir = map(pathlib.Path, sys.argv[1:])
weights = torch.load(root / "models" / "model.pt", weights_only=True)
image = torch.rand(1, 1, 32, 32)
small = {"backbone": "hrnet_small", "hidden_features": 8}
where = {"bundle_dir": bundle_dir, "device": "cpu"}
networks = [
    monai.bundle.load(root.name, workflow_type="inference", **where),
    monai.bundle.load(root.name, workflow_type="train", net_override=small, **where),
]
for network in networks:
    assert type(network).__name__ == "DeepAdaptiveGraph"
    assert pathlib.Path(sys.modules["bundle"].__file__).is_relative_to(root.resolve())
    assert network.landmark_names == ["left top", "right top", "bottom"]
    state = network.state_dict()
    assert state.keys() == weights.keys() and all(torch.equal(state[key], weights[key]) for key in weights)
first, second = (network.eval()(image) for network in networks)
assert first.shape == (1, 3, 2) and torch.allclose(first, second, atol=1e-6)  # memory formats differ
"""


def test_trained_network_comes_back_from_a_bundle_folder_elsewhere(training, tmp_path: Path):
    """The folder is a copy as an unzipped bundle is; `bundle` is found in it and not where it is installed."""
    training(max_epochs=1).run()
    root = tmp_path / "bundles" / "few_shot_dag"
    for name in ("bundle", "configs"):
        shutil.copytree(REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(tmp_path / "models", root / "models")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(root), str(root.parent)],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["train.json", "inference.json", "metadata.json"])
def test_configs_are_strict_json(name: str):
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    json.loads((CONFIGS / name).read_text(), parse_constant=refuse)
