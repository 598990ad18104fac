# SPDX-License-Identifier: Apache-2.0
"""Stage 1 with the SpatialConfiguration-Net as a user runs it: one overlay on the same workflows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from monai.bundle import ConfigWorkflow

from bundle.networks import SpatialConfigurationNet
from bundle.run_folder import read_history
from run_folders import cause_of, interrupt

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
OVERLAY = "methods/spatial_configuration_net.yaml"
SMALL = {"channels": 4, "spatial_channels": 4, "learning_rate": 1e-3}
Make = Callable[..., ConfigWorkflow]


@pytest.fixture
def scn(training: Make) -> Make:
    """Make an initialized training workflow of the overlay, cut down to run in a second."""
    return lambda **override: training(OVERLAY, **{**SMALL, **override})


@pytest.mark.parametrize("overlays", [(), ("small.yaml",)], ids=["train", "train+small"])
def test_the_overlay_has_every_required_property(dataset: Path, tmp_path: Path, overlays: tuple[str, ...]):
    files = [str(CONFIGS / name) for name in ("train.json", *overlays, OVERLAY)]
    settings = {"dataset_dir": str(dataset), "shots": 4, "output_dir": str(tmp_path / "run"), "image_size": 64}
    workflow = ConfigWorkflow(files, workflow_type="train", logging_file=False, **settings)
    workflow.initialize()
    assert workflow.check_properties() == []
    assert isinstance(workflow.network_def, SpatialConfigurationNet)


def test_network_and_widths_are_trained_and_logged(scn: Make, tmp_path: Path):
    workflow = scn()
    workflow.run()
    rows = read_history(tmp_path / "run")
    for row in rows[1:]:
        parts = row["heatmap_loss"] + 20 * row["sigma_loss"]
        assert row["loss"] == pytest.approx(parts, rel=1e-4)
        assert row["mean_sigma"] > 0
    sigma = torch.load(tmp_path / "run" / "last.pt", weights_only=True)["loss_function"]["sigma"]
    assert torch.equal(sigma, workflow.parser.get_parsed_content("train#loss_function").sigma.detach())
    assert (sigma != workflow.parser.get_parsed_content("heatmap_sigma")).all()


def test_first_validation_is_that_of_the_mean_shape(scn: Make, training: Make, tmp_path: Path):
    """So that convergence is judged by the same measure as the Deep Adaptive Graph's."""
    scn(max_epochs=1).run()
    training(max_epochs=1, output_dir=str(tmp_path / "dag")).run()
    ours, theirs = (read_history(tmp_path / run)[0]["validation_error_px"] for run in ("run", "dag"))
    assert ours == pytest.approx(theirs, rel=1e-4)
    report = json.loads((tmp_path / "run" / "convergence.json").read_text())
    assert report["mean_shape_error_px"] == pytest.approx(theirs, rel=1e-4)


def test_cut_and_resumed_equals_uncut(scn: Make, tmp_path: Path):
    uncut, cut = tmp_path / "uncut", tmp_path / "cut"
    scn(output_dir=str(uncut), max_epochs=3).run()
    interrupted = scn(output_dir=str(cut), max_epochs=3)
    interrupt(interrupted, 3)
    scn(output_dir=str(cut), max_epochs=3, resume=True).run()
    assert read_history(cut) == read_history(uncut)
    for name in ("last.pt", "best.pt"):
        one, other = (torch.load(run / name, weights_only=True) for run in (uncut, cut))
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_trained_network_and_baseline_are_evaluated_and_applied(
    scn: Make, apply: Make, predicted: Callable, dataset: Path, tmp_path: Path
):
    workflow = scn()
    workflow.run()
    errors = {}
    for name in ("best", "mean_shape"):
        checkpoint, out = str(tmp_path / "run" / f"{name}.pt"), tmp_path / f"evaluation_{name}"
        settings = {"dataset_dir": str(dataset), "split": "validation", "output_dir": str(out)}
        apply("evaluate.yaml", checkpoint=checkpoint, **settings).run()
        errors[name] = json.loads((out / "metrics.json").read_text())["overall"]["mean_px"]
    rows = [row["validation_error_px"] for row in read_history(tmp_path / "run")]
    assert errors == pytest.approx({"mean_shape": rows[0], "best": min(rows[1:])}, rel=1e-4)

    model = tmp_path / "models" / "model.pt"
    applied = apply(dataset_dir=str(dataset / "8.png"), checkpoint=str(model))
    applied.run()
    assert isinstance(applied.network_def, SpatialConfigurationNet)
    assert [landmark["name"] for landmark in predicted("8.png")["landmarks"]] == ["left top", "right top", "bottom"]
    assert predicted("8.png")["model"]["name"] == "SpatialConfiguration-Net"


def test_missing_landmarks_and_films_cut_off_by_augmentation_do_no_harm(scn: Make, dataset: Path, tmp_path: Path):
    document = json.loads((dataset / "dataset.json").read_text())
    for film in document["training"][1:]:
        film["landmarks"][1] = None
    (dataset / "dataset.json").write_text(json.dumps(document))
    scn(translate=2.0).run()
    assert all(torch.isfinite(tensor).all() for tensor in torch.load(tmp_path / "run" / "best.pt").values())


def test_stage_two_does_not_take_it(scn: Make, dataset: Path, tmp_path: Path):
    """Neither by the overlay in both stages, nor in the first alone."""
    scn(max_epochs=1, converged_below=1000.0).run()
    for overlays in ((OVERLAY, "few_shot.yaml"), ("few_shot.yaml",)):
        files = [str(CONFIGS / name) for name in ("train.json", "small.yaml", *overlays)]
        settings = {"dataset_dir": str(dataset), "shots": 4, "image_size": 32, "batch_size": 2, "ratio": 1}
        folders = {"stage1": str(tmp_path / "run"), "output_dir": str(tmp_path / "stage2")}
        models = {"model_file": str(tmp_path / "stage2" / "model.pt"), "device": "$torch.device('cpu')"}
        workflow = ConfigWorkflow(files, workflow_type="train", logging_file=False, **settings, **folders, **models)
        workflow.initialize()
        with pytest.raises(RuntimeError) as raised:
            workflow.run()
        sentence = cause_of(raised.value)
        in_both = "stage 2 trains no SpatialConfigurationNet; leave out its overlay in both stages"
        assert in_both in sentence or "best.pt: its network is a SpatialConfigurationNet" in sentence


def test_pretrained_backbone_has_no_place(scn: Make, tmp_path: Path):
    with pytest.raises(RuntimeError) as raised:
        scn(pretrained_backbone=str(tmp_path / "hrnet.pth")).run()
    assert "this network has no HRNet" in cause_of(raised.value)
