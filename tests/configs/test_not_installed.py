# SPDX-License-Identifier: Apache-2.0
"""A bundle that is unzipped and not installed works from any folder, as soon as PYTHONPATH names its root.

MONAI puts a bundle's root on the path of Python when a workflow runs, which is after its configs import the bundle.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from PIL import Image

REPOSITORY = Path(__file__).resolve().parents[2]

PROGRAM = """
import sys
import bundle
from monai.bundle import create_workflow, load, run, verify_net_in_out

root, film, out = sys.argv[1:]
assert bundle.__file__.startswith(root)
del sys.argv[1:]
train, inference = ({"config_file": f"{root}/configs/{name}.json"} for name in ("train", "inference"))
assert load("unzipped", bundle_dir=f"{root}/..", workflow_type="inference", source="github").num_landmarks == 3
assert create_workflow(**train, workflow_type="train", model_file="none.pt").network_def.num_landmarks == 22
verify_net_in_out("network_def", meta_file=f"{root}/configs/metadata.json", **train, model_file="none.pt")
run(**inference, workflow_type="inference", dataset_dir=film, output_dir=out)
"""


def test_monai_finds_the_bundle_by_pythonpath(begun: Callable[..., Path], tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "unzipped", tmp_path / "elsewhere"
    for name in ("bundle", "configs"):
        shutil.copytree(REPOSITORY / name, root / name)
    run_folder = begun("run")
    (root / "models").mkdir()
    for suffix in (".pt", ".json"):
        shutil.copy(run_folder / f"best{suffix}", root / "models" / f"model{suffix}")
    elsewhere.mkdir()
    Image.radial_gradient("L").save(elsewhere / "film.png")
    path = os.pathsep.join([str(root), sysconfig.get_path("purelib")])
    # -S leaves the .pth files of the environment unread, and with them the installed bundle
    words = [sys.executable, "-S", "-W", "ignore", "-c", PROGRAM, str(root), "film.png", "out"]
    finished = subprocess.run(
        words, cwd=elsewhere, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert (elsewhere / "out" / "film.png.json").is_file()
