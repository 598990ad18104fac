# SPDX-License-Identifier: Apache-2.0
"""The configs have all that MONAI reads of a workflow, and the paper's settings are their defaults."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from monai.bundle import ConfigParser, ConfigWorkflow, create_workflow

from bundle.networks import DeepAdaptiveGraph

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIGS = REPOSITORY / "configs"
Make = Callable[..., ConfigWorkflow]

PAPER = {
    "image_size": 512,
    "backbone": "hrnet_w18",
    "learning_rate": 1e-4,
    "decay_factor": 0.96,
    "decay_every_epochs": 10,
    "weight_decay": 1e-4,
    "margin": 0.0,
    "w1": 1.0,
    "rotate": 30,
    "scale": [0.8, 1.25],
    "translate": 1.0,
    "local_steps": 3,
}
BEYOND_THE_PAPER = {"anisotropy": 1.0, "elastic": 0.0, "intensity_prob": 0.0, "early_stop_patience": 0}


def train(dataset: Path, *overlays: str, **override: object) -> ConfigWorkflow:
    files = [str(CONFIGS / name) for name in ("train.json", *overlays)]
    settings = {"dataset_dir": str(dataset), "shots": 4, **override}
    workflow = ConfigWorkflow(files, workflow_type="train", logging_file=False, **settings)
    workflow.initialize()
    return workflow


@pytest.mark.parametrize("overlays", [(), ("small.yaml",)], ids=["train", "train+small"])
def test_training_has_every_required_property(dataset: Path, tmp_path: Path, overlays: tuple[str, ...]):
    outputs = {"output_dir": str(tmp_path / "run"), "model_file": str(tmp_path / "model.pt"), "image_size": 64}
    workflow = train(dataset, *overlays, **outputs)
    assert workflow.check_properties() == []
    assert workflow.bundle_root == str(CONFIGS.parent)
    assert workflow.version == "0.1.0"
    assert len(workflow.train_dataset_data) == 4
    assert isinstance(workflow.network_def, DeepAdaptiveGraph)


@pytest.mark.parametrize("overlays", [(), ("evaluate.yaml",)], ids=["inference", "inference+evaluate"])
def test_application_has_every_required_property(
    apply: Make, mean_shape: Path, dataset: Path, overlays: tuple[str, ...]
):
    workflow = apply(*overlays, dataset_dir=str(dataset), checkpoint=str(mean_shape))
    assert workflow.check_properties() == []
    assert len(workflow.dataset_data) == (2 if overlays else 10)
    assert len(workflow.handlers) == (2 if overlays else 1)
    assert (workflow.key_metric is not None) == bool(overlays)


def test_the_papers_settings_are_the_defaults(dataset: Path):
    workflow = train(dataset)
    constants = {**PAPER, **BEYOND_THE_PAPER}
    assert {name: workflow.parser.get_parsed_content(name) for name in constants} == constants
    optimizer = workflow.parser.get_parsed_content("train#optimizer")
    assert type(optimizer) is torch.optim.Adam
    assert optimizer.defaults["lr"] == 1e-4 and optimizer.defaults["weight_decay"] == 1e-4
    scheduler = workflow.parser.get_parsed_content("train#lr_scheduler")
    assert (scheduler.step_size, scheduler.gamma) == (10, 0.96)


@pytest.mark.parametrize(
    "overlays",
    [
        (),
        ("methods/spatial_configuration_net.yaml",),
        ("warm_up.yaml",),
        ("windows.yaml",),
        ("few_shot.yaml", "methods/few_shot_dag_js.yaml"),
        ("windows.yaml", "few_shot.yaml", "methods/windows_multi_view.yaml"),
    ],
    ids=lambda overlays: "+".join(overlays) or "stage 1",
)
def test_every_network_is_trained_with_its_weights_channels_last(training: Make, overlays: tuple[str, ...]):
    parser = training(*overlays).parser
    trainer = parser.get_parsed_content("train#trainer")
    networks = [trainer.network]
    if "few_shot.yaml" in overlays:
        networks.append(parser.get_parsed_content("teacher").network)
    for network in filter(None, networks):
        kernels = [weights for weights in network.parameters() if weights.ndim == 4]
        assert kernels and all(weights.is_contiguous(memory_format=torch.channels_last) for weights in kernels)


def test_no_overlay_puts_another_network_on_the_device():
    for file in CONFIGS.rglob("*.yaml"):
        if file.parent.name != "presets" and file.stem not in ("evaluate", "calibrate"):
            assert not {"network", "train#trainer#network"} & set(ConfigParser.load_config_file(str(file))), file.name


@pytest.mark.parametrize(("shots", "batch"), [(1, 1), (5, 4), (8, 4), (9, 8), (50, 8)])
def test_batch_follows_shots_as_in_the_paper(dataset: Path, shots: int, batch: int):
    workflow = train(dataset, shots=shots)
    assert workflow.parser.get_parsed_content("batch_size") == batch
    assert workflow.parser.get_parsed_content("epoch_length") == -(-shots // batch)


@pytest.mark.parametrize(("epochs", "full"), [(120, [0, 40, 80]), (24, [0])], ids=["whole cosines", "one, shorter"])
def test_the_small_preset_restarts_its_cosine(dataset: Path, epochs: int, full: list[int]):
    workflow = train(dataset, "small.yaml", image_size=32, max_epochs=epochs)
    scheduler = workflow.parser.get_parsed_content("train#lr_scheduler")
    rates = []
    for _ in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        workflow.parser.get_parsed_content("train#optimizer").step()
        scheduler.step()
    assert [epoch for epoch, rate in enumerate(rates) if rate == 1e-3] == full
    assert rates[-1] < 1e-5


def test_small_is_an_overlay_that_names_no_setting_anew():
    whole, small = (ConfigParser.load_config_file(str(CONFIGS / name)) for name in ("train.json", "small.yaml"))
    assert not {key for key in small if not key.startswith("_comment") and "#" not in key} - set(whole)


def test_network_comes_from_any_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mean_shape: Path):
    monkeypatch.chdir(tmp_path)
    nowhere = {"dataset_dir": str(tmp_path / "none"), "model_file": str(tmp_path / "none.pt"), "logging_file": False}
    fresh = create_workflow(config_file=str(CONFIGS / "train.json"), workflow_type="train", **nowhere).network_def
    assert len(fresh.landmark_names) == 22  # without films and weights: those of the synthetic pelvis
    trained = create_workflow(
        config_file=str(CONFIGS / "inference.json"),
        workflow_type="inference",
        checkpoint=str(mean_shape),
        logging_file=False,
    ).network_def
    assert trained.num_landmarks == 3


@pytest.mark.parametrize("name", ["train.json", "few_shot.yaml", "warm_up.yaml", "inference.json"])
def test_a_config_is_read_as_text_and_its_logic_is_python(name: str):
    config = ConfigParser.load_config_file(str(CONFIGS / name))
    schemas = json.loads((REPOSITORY / "bundle" / "settings.schema.json").read_text())
    settings = {setting for group in schemas.values() for setting in group}
    logic = {key: value for key, value in config.items() if key not in {*settings, "imports"}}
    assert str(logic).count("'$") + str(logic).count('"$') <= 10
