# SPDX-License-Identifier: Apache-2.0
"""Write a trained model as a bundle of MONAI's model zoo: weights, configurations, this package, and what is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jinja2

from bundle.errors import BundleError
from bundle.files import sha256_of, write_text
from bundle.run_folder import model_files
from bundle.workflow import ROOT
from bundle.zoo.metadata import METADATA, description, metadata_of, title
from bundle.zoo.model import SharedModel

TRAIN, MODEL = Path("configs", "train.json"), Path("models", "model.pt")
"""Where `monai.bundle.load` looks for them."""

STAGE_1 = "bundle.engines.LandmarkTrainer"
"""The trainer that the overlay for several processes takes the place of."""

AS_THEY_ARE = (
    *("LICENSE", "configs/inference.json", "configs/evaluate.yaml", "configs/calibrate.yaml", "configs/logging.conf"),
    *("configs/multi_gpu_train.json", "configs/presets/evaluate.yaml", "configs/presets/calibrate.yaml"),
)


def write_bundle(model: SharedModel, out: Path) -> Path:
    """Write the bundle, and the test that the zoo runs on it.

    Args:
        model: see `read_shared_model`.
        out: folder to make; its name is that of the bundle.

    Returns:
        The test, beside the folder.

    Raises:
        BundleError: the folder exists, its name is none for a bundle, or it cannot be written.
    """
    test = out.parent / f"test_{out.name}.py"
    if not out.name.isidentifier():
        raise BundleError(f"{out}: give a name of letters, digits and _, such as ceph_xray_landmarks")
    for taken in (out, test):
        if taken.exists():
            raise BundleError(f"{taken}: exists; move it away or give another name")
    try:
        _copy(model, out)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BundleError(f"{out}: cannot be written ({reason}); free space there, or give another folder") from error
    facts = _facts(model, out)
    write_text(out / METADATA, _json(metadata_of(model)))
    for name, config in facts["configs"].items():
        write_text(out / name, _json(config))
    write_text(out / "docs" / "README.md", _filled("README.md.j2", **facts))
    write_text(out / "docs" / "data_license.txt", _filled("data_license.txt.j2", **facts))
    write_text(out / "large_files.yml", _filled("large_files.yml.j2", **facts))
    write_text(test, _filled("unit_test.py.j2", **facts))
    return test


def _copy(model: SharedModel, out: Path) -> None:
    for name in AS_THEY_ARE:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(ROOT, name), out / name)
    (out / MODEL).parent.mkdir()
    for file, target in zip(model_files(model.weights.file), model_files(out / MODEL), strict=True):
        if file.is_file():
            shutil.copyfile(file, target)
    shutil.copytree(Path(ROOT, "bundle"), out / "bundle", ignore=shutil.ignore_patterns("__pycache__"))


def _facts(model: SharedModel, out: Path) -> dict[str, Any]:
    *earlier, last = model.trainings
    files = {**{name: f"configs/{name}.json" for name in earlier}, last: TRAIN.as_posix()}
    configs = {files[name]: config for name, config in model.trainings.items()}
    configs[files[last]]["model_file"] = f"$@bundle_root + '/{MODEL.as_posix()}'"
    weights = [file for file in model_files(out / MODEL) if file.suffix == ".pt" and file.is_file()]
    return {
        "name": out.name,
        "title": title(model),
        "description": description(model),
        "model": model,
        "card": model.weights.card,
        "configs": configs,
        "settings": model.trainings[last],
        "stage1": next(file for file, config in configs.items() if config["train"]["trainer"]["_target_"] == STAGE_1),
        "large_files": {file.relative_to(out).as_posix(): sha256_of(file) for file in weights},
    }


def _filled(template: str, **facts: Any) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(template).render(facts)


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=4, ensure_ascii=False) + "\n"
