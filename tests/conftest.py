# SPDX-License-Identifier: Apache-2.0
"""Fixtures shared by all tests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from monai.bundle import ConfigWorkflow
from PIL import Image

from bundle.dataset.description import DatasetDescription, Film, write_dataset
from bundle.engines.weights import save_weights
from bundle.results.film_result import FilmResult
from film_results import film_result

os.environ.setdefault("OMP_NUM_THREADS", "1")  # trainings that are compared to the last digit must not share cores

REPOSITORY = Path(__file__).resolve().parents[1]
CONFIGS = REPOSITORY / "configs"
NAMES = ("left top", "right top", "bottom")


@pytest.fixture(scope="session")
def radiograph_data() -> Path:
    """The folder of real radiographs, or a skip that says how to provide it."""
    folder = Path(os.environ.get("RADIOGRAPH_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real radiographs at {folder}; set RADIOGRAPH_DATA to their folder")
    return folder


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A data folder of small pictures of a triangle with three landmarks: 6 training, 2 validation, 2 test films."""
    folder = tmp_path / "data"
    folder.mkdir()
    rng = np.random.default_rng(0)
    films = [_film(folder, index, rng) for index in range(10)]
    description = DatasetDescription(
        name="triangles",
        description="synthetic triangles for tests",
        licence="CC0",
        landmarks=NAMES,
        training=tuple(films[:6]),
        validation=tuple(films[6:8]),
        test=tuple(films[8:]),
        synthetic=True,
    )
    write_dataset(folder, description)
    return folder


def _film(folder: Path, index: int, rng: np.random.Generator) -> Film:
    points = np.array([[20, 18], [44, 18], [32, 40]]) + rng.uniform(-5, 5, 2) + rng.uniform(-2, 2, (3, 2))
    y, x = np.mgrid[:56, :64]
    spots = sum(np.exp(-((x - px) ** 2 + (y - py) ** 2) / 18) for px, py in points)
    noise = rng.uniform(0, 0.1, spots.shape)
    name = f"{index}.png"
    Image.fromarray(np.uint8(200 * np.clip(spots + noise, 0, 1.2))).save(folder / name)
    return Film(Path(name), tuple((float(px), float(py)) for px, py in points), (0.5, 0.5))


@pytest.fixture
def workflow(dataset: Path, tmp_path: Path) -> Callable[..., ConfigWorkflow]:
    """Make an initialized training workflow of shipped configs on `dataset`, small enough to run in a second."""

    def make(*configs: str, **settings: Any) -> ConfigWorkflow:
        common = {
            "dataset_dir": str(dataset),
            "model_file": str(tmp_path / "models" / "model.pt"),
            "shots": 4,
            "image_size": 32,
            "hidden_features": 8,
            "max_epochs": 2,
            "val_interval": 1,
            "device": "$torch.device('cpu')",
        }
        files = [str(CONFIGS / name) for name in configs]
        made = ConfigWorkflow(files, workflow_type="train", logging_file=False, **{**common, **settings})
        made.initialize()
        return made

    return make


@pytest.fixture
def training(workflow: Callable[..., ConfigWorkflow], tmp_path: Path) -> Callable[..., ConfigWorkflow]:
    """Make a workflow of the small preset and overlays."""

    def make(*overlays: str, **override: Any) -> ConfigWorkflow:
        settings = {"output_dir": str(tmp_path / "run"), "batch_size": 4, "epoch_length": 2, **override}
        return workflow("train.json", "small.yaml", *overlays, **settings)

    return make


@pytest.fixture
def begun(training: Callable[..., ConfigWorkflow], tmp_path: Path) -> Callable[..., Path]:
    """Make a run folder `begun(name, *overlays, noise=...)`: a network as it begins, noise in its weights, its card."""

    def make(name: str, *overlays: str, noise: float = 0.0) -> Path:
        torch.manual_seed(0)
        parser = training(*overlays).parser
        network = parser.get_parsed_content("network_def")
        names = parser.get_parsed_content("landmark_names")
        network.set_landmarks(parser.get_parsed_content("train#mean_shape"), names)
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for parameter in network.parameters():
                parameter += noise * torch.randn(parameter.shape, generator=generator)
        folder = tmp_path / name
        folder.mkdir()
        save_weights(folder / "best.pt", network.state_dict(), parser.get_parsed_content("model_card"))
        return folder

    return make


@pytest.fixture
def stage1(begun: Callable[..., Path]) -> Path:
    """Run folder of a stage 1: the mean shape with a little noise in every weight, and that it converged."""
    folder = begun("stage1", noise=0.01)
    (folder / "convergence.json").write_text(json.dumps({"converged": True}))
    return folder


@pytest.fixture
def warm_up(begun: Callable[..., Path]) -> Path:
    """Run folder of a warm-up: its network as it begins."""
    return begun("warm_up", "warm_up.yaml")


@pytest.fixture
def names() -> list[str]:
    """Landmark names, one of which needs quoting in CSV."""
    return ["left hip", "right hip", "symphysis, pubic"]


@pytest.fixture
def results(names: list[str], tmp_path: Path) -> list[FilmResult]:
    """Ten films of 120 x 90 pixels at 0.5 mm; all landmarks of film i miss by (0, i) pixels, one label is missing."""
    grey = np.random.default_rng(0).integers(40, 200, (90, 120)).astype(np.uint8)
    label = np.array([[30, 40], [90, 40], [60, 60]], dtype=np.float32)
    films = []
    for index in range(10):
        image = tmp_path / "films" / f"film_{index}.png"
        image.parent.mkdir(exist_ok=True)
        Image.fromarray(grey).save(image)
        landmarks = label + np.array([0, index], dtype=np.float32)
        attributes = {"name": f"films/{image.name}", "size": (120, 90), "spacing": np.array([0.5, 0.5], np.float32)}
        films.append(film_result(image, names, landmarks, label=label.copy(), **attributes))
    films[3].true_landmarks[1] = np.nan
    return films
