# SPDX-License-Identifier: Apache-2.0
"""MONAI's commands on an exported bundle, from another folder, by the package that is in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from metadata_schema import SCHEMA

PROGRAM = """
import sys
import torch
import bundle
from monai.bundle import ckpt_export, create_workflow, load, verify_metadata, verify_net_in_out

root, schema = sys.argv[1:]
assert bundle.__file__.startswith(root)
del sys.argv[1:]
folder, _, name = root.rpartition("/")
metadata = {"meta_file": f"{root}/configs/metadata.json"}
verify_metadata(**metadata, filepath=schema)
image = torch.rand(2, 1, 32, 32)
answers = []
for kind in ("inference", "train"):
    config = {"config_file": f"{root}/configs/{kind}.json"}
    verify_net_in_out("network_def", **metadata, **config, device="cpu")
    assert create_workflow(**config, workflow_type=kind).network_def.num_landmarks == 3
    answers.append(load(name, bundle_dir=folder, workflow_type=kind, device="cpu").eval()(image))
ckpt_export(bundle_root=root, config_file=f"{root}/configs/inference.json", filepath="traced.ts", use_trace=True)
answers.append(torch.jit.load("traced.ts")(image))
assert all(torch.allclose(answer, answers[0], atol=1e-5) for answer in answers)
try:
    load(name, bundle_dir=folder, device="cpu", net_override={"hidden_features": 16})
except bundle.errors.CheckpointError as error:
    assert "weights of another network" in str(error)
else:
    raise AssertionError("half of a network was filled")
"""

ONNX = """
import sys
import torch
from monai.bundle import load, onnx_export
from onnxruntime import InferenceSession

root, _ = sys.argv[1:]
del sys.argv[1:]
files = {"meta_file": f"{root}/configs/metadata.json", "config_file": f"{root}/configs/inference.json"}
onnx_export("network_def", filepath="model.onnx", ckpt_file=f"{root}/models/model.pt", **files)
folder, _, name = root.rpartition("/")
network = load(name, bundle_dir=folder, workflow_type="inference", device="cpu").eval()
image = torch.rand(1, 1, 32, 32)
exported = InferenceSession("model.onnx")
(answer,) = exported.run(None, {exported.get_inputs()[0].name: image.numpy()})
assert torch.allclose(torch.tensor(answer), network(image), atol=1e-4)
"""


def python(*words: str, root: Path, cwd: Path) -> None:
    """Run Python in another folder: -S leaves the .pth files of the environment unread, and so what is installed."""
    cwd.mkdir(exist_ok=True)
    path = os.pathsep.join([str(root), sysconfig.get_path("purelib")])
    command = [sys.executable, "-S", "-W", "ignore", *words]
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_monai_checks_loads_and_exports_it(exported: Path, tmp_path: Path):
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(SCHEMA))
    python("-c", PROGRAM, str(exported), str(schema), root=exported, cwd=tmp_path / "elsewhere")


@pytest.mark.shared_slow
def test_onnx_answers_as_the_network(exported: Path, tmp_path: Path):
    python("-c", ONNX, str(exported), "", root=exported, cwd=tmp_path / "elsewhere")


@pytest.mark.shared_slow
def test_the_zoo_s_unit_test_passes(exported: Path):
    zoo = exported.parents[1]
    python(str(exported.parent / f"test_{exported.name}.py"), root=zoo, cwd=zoo)
