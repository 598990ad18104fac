# SPDX-License-Identifier: Apache-2.0
"""Every mistake of a configuration is told at once, by its field and with a remedy; weights are told by their hash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bundle.errors import ConfigurationError
from bundle.serve.reading import read_node


@pytest.fixture
def correct(tmp_path: Path, model: dict[str, str]) -> dict[str, Any]:
    """A configuration as it should be."""
    (tmp_path / "password").write_text("secret\n")
    return {
        "state": "state",
        "models": {"pelvis": model},
        "rules": [{"model": "pelvis", "modality": "DX", "view": ["AP", "PA"]}],
        "orthanc": {"url": "http://127.0.0.1:8042", "user": "worker", "password_file": "password"},
        "destination": {"modality": "PACS"},
    }


def mistakes(tmp_path: Path, node: object) -> list[str]:
    file = tmp_path / "node.yaml"
    file.write_text(yaml.safe_dump(node, sort_keys=False))
    with pytest.raises(ConfigurationError) as raised:
        read_node(file)
    first, *others = str(raised.value).splitlines()
    assert str(file) in first
    return [line.removeprefix("  - ") for line in others]


def test_paths_begin_at_the_file_and_texts_are_lists(tmp_path: Path, correct: dict[str, Any]):
    (tmp_path / "node.yaml").write_text(yaml.safe_dump(correct))
    node = read_node(tmp_path / "node.yaml")
    assert node.state == tmp_path / "state" and node.state.is_dir()
    assert node.orthanc.password_file == tmp_path / "password"
    assert node.rules[0].modality == ("DX",)
    assert node.outputs == ("dicom_sr",)


def test_all_mistakes_are_told_at_once(tmp_path: Path, correct: dict[str, Any]):
    right = correct["models"]["pelvis"]["sha256"]
    correct["models"]["pelvis"]["sha256"] = "00"
    correct["models"]["hand"] = {"weights": "nowhere", "sha256": "00"}
    correct["rules"] = [{"model": "pelvis"}, {"model": "foot", "vew": "AP"}]
    correct["orthanc"] |= {"url": "ftp://archive", "client_key": "key.pem"}
    correct |= {"destinaton": "none", "limits": {"tries": 0}, "outputs": ["csv", "overlay"]}
    told = mistakes(tmp_path, correct)
    assert [sentence.partition(":")[0] for sentence in told] == [
        "destinaton",
        "rules[1]",
        "orthanc.url",
        "limits.tries",
        "models.pelvis.sha256",
        "models.hand.weights",
        "outputs",
    ]
    assert "'vew'" in told[1] and right in told[4]
    assert all(";" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"destination": None}, "destination"),
        ({"destination": {}}, "destination"),
        ({"destination": {"modality": "A", "dicomweb": "B"}}, "destination"),
        ({"orthanc": None}, "orthanc, folder"),
        ({"rules": [{"model": "foot"}]}, "rules[0].model"),
        ({"rules": [{"model": "pelvis"}, {"model": "pelvis", "view": "AP"}]}, "rules[0]"),
        ({"outputs": ["overlay"]}, "outputs"),
        ({"outputs": ["dicom"]}, "outputs"),
        ({"orthanc": {"url": "http://127.0.0.1", "user": "worker"}}, "orthanc.user, orthanc.password_file"),
        ({"orthanc": {"url": "http://127.0.0.1", "certificate_authority": "ca"}}, "orthanc.certificate_authority"),
    ],
)
def test_each_mistake_names_its_field(tmp_path: Path, correct: dict[str, Any], changed: dict[str, Any], named: str):
    told = mistakes(tmp_path, correct | changed)
    assert named in {sentence.partition(":")[0] for sentence in told}


def test_results_may_not_lie_among_the_films(tmp_path: Path, correct: dict[str, Any]):
    films = tmp_path / "films"
    films.mkdir()
    del correct["orthanc"], correct["destination"]
    told = mistakes(tmp_path, correct | {"folder": {"films": "films", "results": "films/results"}})
    assert [sentence.partition(":")[0] for sentence in told] == ["folder.results"]


def test_what_is_no_configuration(tmp_path: Path):
    for text in ("[", "- a", ""):
        (tmp_path / "node.yaml").write_text(text)
        with pytest.raises(ConfigurationError, match=r"node\.yaml"):
            read_node(tmp_path / "node.yaml")
