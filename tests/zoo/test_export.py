# SPDX-License-Identifier: Apache-2.0
"""A model that is shared: a clean folder that says what the model is, and nothing of the machine it was made on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml

from bundle.__main__ import main
from bundle.dataset.description import read_dataset
from bundle.files import sha256_of
from metadata_schema import SCHEMA

FILES = {
    *("LICENSE", "large_files.yml", "docs/README.md", "docs/data_license.txt", "models/model.pt", "models/model.json"),
    *("configs/train.json", "configs/inference.json", "configs/evaluate.yaml", "configs/calibrate.yaml"),
    *("configs/multi_gpu_train.json", "configs/metadata.json", "configs/logging.conf"),
    *("configs/presets/evaluate.yaml", "configs/presets/calibrate.yaml"),
}


def test_it_holds_what_a_bundle_has_and_no_more(exported: Path, run: Path):
    files = {file.relative_to(exported).as_posix() for file in exported.rglob("*") if file.is_file()}
    package = {name for name in files if name.startswith("bundle/")}
    assert files - package == FILES
    assert "bundle/settings.schema.json" in package and not any("__pycache__" in name for name in package)
    assert (exported / "models" / "model.pt").read_bytes() == (run / "best.pt").read_bytes()
    (large,) = yaml.safe_load((exported / "large_files.yml").read_text())["large_files"]
    assert large["hash_val"] == sha256_of(exported / large["path"])


def test_its_metadata_is_of_this_model(exported: Path):
    metadata = json.loads((exported / "configs" / "metadata.json").read_text())
    jsonschema.validate(metadata, SCHEMA)
    assert metadata["eval_metrics"] == {
        **{"films": 2, "mean_radial_error_mm": 1.6251, "mean_radial_error_px": 3.25},
        **{"failure_rate": 0.5, "detection_rate_2mm": 0.75},
    }
    formats = metadata["network_data_format"]
    assert formats["inputs"]["image"]["spatial_shape"] == [32, 32]
    assert formats["outputs"]["pred"]["channel_def"] == {"0": "left top", "1": "right top", "2": "bottom"}
    assert metadata["data_type"] == "png"
    assert "highdicom" not in metadata["required_packages_version"]


def test_it_names_no_place_of_this_machine(exported: Path, tmp_path: Path):
    texts = [file for file in (*exported.rglob("*"), *exported.parent.glob("*.py")) if file.is_file()]
    texts = [file for file in texts if file.suffix not in (".pt", ".py")]
    assert len(texts) > len(FILES)
    assert [file for file in texts if str(tmp_path.parent) in file.read_text()] == []


def test_its_pages_say_what_it_is(exported: Path):
    readme = (exported / "docs" / "README.md").read_text()
    assert re.findall(r"\]\((?!https://)", readme) == []
    for section in ("Model Overview", "Data", "Training configuration", "Performance", "MONAI Bundle Commands"):
        assert re.search(rf"^#+ {section}$", readme, re.MULTILINE), section
    for said in (
        "SYNTHETIC",
        "Research only",
        "US patent 11,763,468 B2",
        "| mean_radial_error_mm | 1.6251 |",
        "32 x 32",
        "`highdicom` is optional",
    ):
        assert said in readme
    assert "exclude" not in readme and "`torch.jit.script` does not support this network" in readme
    assert "Terms of use: CC0" in (exported / "docs" / "data_license.txt").read_text()


def without_licence(run: Path) -> None:
    file = run.parent / "data" / "dataset.json"
    file.write_text(file.read_text().replace('"CC0"', '""'))


def unevaluated(run: Path) -> None:
    (run / "evaluation" / "metrics.json").unlink()


def moved_data(run: Path) -> None:
    (run.parent / "data").rename(run.parent / "elsewhere")


def of_another_training(run: Path) -> None:
    card = json.loads((run / "best.json").read_text())
    (run / "best.pt").write_bytes((run / "mean_shape.pt").read_bytes())
    (run / "best.json").write_text(json.dumps({**card, "weights_sha256": sha256_of(run / "best.pt")}))
    (run / "config.json").unlink()


@pytest.mark.parametrize(
    ("spoil", "said", "remedy"),
    [
        (without_licence, "licence is empty", "write under which terms"),
        (unevaluated, "metrics.json: does not exist", "evaluate before you share"),
        (moved_data, "no longer there", "--data"),
        (of_another_training, "no training that made its weights", "as it was left"),
    ],
)
def test_what_cannot_be_shared_is_refused_before_anything_is_written(
    run: Path, tmp_path: Path, capsys, spoil: Callable[[Path], None], said: str, remedy: str
):
    spoil(run)
    assert main(["export_zoo", str(run), str(tmp_path / "shared")]) == 2
    error = capsys.readouterr().err
    assert said in error and remedy in error and error.count("\n") == 1
    assert not (tmp_path / "shared").exists()


@pytest.mark.parametrize(("name", "said"), [("my-model", "letters, digits and _"), ("data", "exists")])
def test_a_folder_that_is_no_bundle_to_make_is_refused(run: Path, tmp_path: Path, capsys, name: str, said: str):
    assert main(["export_zoo", str(run), str(tmp_path / name)]) == 2
    assert said in capsys.readouterr().err
    assert read_dataset(tmp_path / "data").name == "triangles"


def test_data_that_was_moved_is_found_where_it_is_said_to_be(run: Path, tmp_path: Path):
    moved_data(run)
    assert main(["export_zoo", str(run), str(tmp_path / "shared"), "--data", str(tmp_path / "elsewhere")]) == 0
