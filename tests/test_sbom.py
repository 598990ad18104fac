# SPDX-License-Identifier: Apache-2.0
"""`make sbom` lists what is installed, at the versions that are pinned."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


def test_it_lists_every_pinned_dependency_at_its_version(tmp_path: Path):
    if not (REPOSITORY / ".venv-audit").exists():
        pytest.skip("no .venv-audit here; make sbom")
    subprocess.run(["make", "sbom", f"SBOM={tmp_path}/sbom.json"], cwd=REPOSITORY, check=True, capture_output=True)
    bill = json.loads((tmp_path / "sbom.json").read_text())
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "few-shot-dag" and bill["metadata"]["timestamp"]
    listed = {each["name"].lower().replace("_", "-"): each["version"].partition("+")[0] for each in bill["components"]}
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    pinned = [*project["dependencies"], *project["optional-dependencies"]["dicom"]]
    pins = dict(pin.lower().replace("_", "-").split("==") for pin in pinned)
    assert {"torch", "monai", "pydicom", "highdicom"} <= pins.keys()
    assert pins == {name: listed.get(name) for name in pins}
