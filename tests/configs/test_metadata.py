# SPDX-License-Identifier: Apache-2.0
"""`metadata.json` is what MONAI's model zoo asks for, and agrees with the code it describes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from monai.bundle import verify_net_in_out

import bundle
from bundle.synthetic.sample import load_site
from metadata_schema import SCHEMA

REPOSITORY = Path(__file__).resolve().parents[2]
METADATA = REPOSITORY / "configs" / "metadata.json"


@pytest.fixture(scope="module")
def metadata() -> dict[str, Any]:
    return json.loads(METADATA.read_text())


def test_it_has_the_form_of_the_model_zoo(metadata: dict[str, Any]):
    jsonschema.validate(metadata, SCHEMA)
    assert metadata["version"] in metadata["changelog"]
    channels = metadata["network_data_format"]["outputs"]["pred"]["channel_def"]
    assert list(channels) == [str(index) for index in range(len(channels))]


def test_its_landmarks_are_those_of_the_synthetic_pelvis(metadata: dict[str, Any]):
    prediction = metadata["network_data_format"]["outputs"]["pred"]
    landmarks = load_site("pelvis").landmarks
    assert tuple(prediction["channel_def"].values()) == landmarks
    assert prediction["num_channels"] == len(landmarks)


def test_its_versions_are_those_of_the_package(metadata: dict[str, Any]):
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    pins = dict(dependency.split("==") for dependency in project["dependencies"])
    assert metadata["version"] == project["version"] == bundle.__version__
    stated = {
        f"{name}_version": pins[package]
        for name, package in (("monai", "monai"), ("pytorch", "torch"), ("numpy", "numpy"))
    }
    assert {key: metadata[key] for key in stated} == stated
    required = metadata["required_packages_version"]
    assert required == {name: pins[name] for name in required}
    assert "optional_packages_version" not in metadata, "MONAI takes it for the old name of the required ones"


def test_it_says_that_this_is_research_and_patented(metadata: dict[str, Any]):
    assert "not a medical device" in metadata["intended_use"].lower()
    assert "US patent 11,763,468 B2" in metadata["intended_use"]


def test_the_network_takes_and_gives_what_it_says(tmp_path: Path):
    """MONAI's own check, of the paper's network at 512 pixels, where there are neither films nor weights."""
    verify_net_in_out(
        net_id="network_def",
        meta_file=str(METADATA),
        config_file=str(REPOSITORY / "configs" / "train.json"),
        device="cpu",
        dataset_dir=str(tmp_path),
        model_file=str(tmp_path / "model.pt"),
    )
