# SPDX-License-Identifier: Apache-2.0
"""The warm-up as a user runs it, and what stage 2 takes from it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from monai.bundle import ConfigWorkflow

import published_vit
from bundle.engines import warmed_up
from bundle.errors import CheckpointError
from bundle.files import sha256_of
from bundle.networks import HRNet
from bundle.run_folder import read_history
from bundle.transforms.preprocessing import VERSION
from run_folders import cause_of, interrupt

Training = Callable[..., ConfigWorkflow]
NAMES = ["left top", "right top", "bottom"]
PREPARED = {"version": VERSION, "image_size": 32, "percentiles": [0.5, 99.5]}
CARD = {"landmarks": NAMES, "preprocessing": PREPARED, "network": {"backbone": "hrnet_small"}}
CPU = torch.device("cpu")
FILM = {"image": torch.rand(1, 32, 32), "label": torch.tensor([[4.0, 8.0], [20.0, 12.0], [9.0, 25.0]])}


def warm_up(training: Training, run: Path, **override) -> ConfigWorkflow:
    return training("warm_up.yaml", output_dir=str(run), batch_size=2, points=8, **override)


def test_it_has_every_property_that_monai_reads(training: Training, tmp_path: Path):
    assert warm_up(training, tmp_path / "run").check_properties() == []


def test_it_learns_from_every_film_and_from_no_landmark(training: Training, tmp_path: Path):
    parser = warm_up(training, tmp_path / "run").parser
    assert len(parser.get_parsed_content("train#dataset#data")) == 6  # of which 4 are drawn
    batch = next(iter(parser.get_parsed_content("train#dataloader")))
    first, second = batch.views
    assert not torch.equal(first.image, second.image)


def test_it_does_not_speak_of_the_convergence_of_stage_1(training: Training, tmp_path: Path, caplog):
    caplog.set_level("INFO")
    warm_up(training, tmp_path / "run").run()
    assert "converge" not in caplog.text and "epoch 2/2" in caplog.text
    assert not (tmp_path / "run" / "convergence.json").exists()


def test_cut_and_resumed_equals_uncut(training: Training, tmp_path: Path):
    uncut, cut = tmp_path / "uncut", tmp_path / "cut"
    warm_up(training, uncut).run()
    interrupted = warm_up(training, cut)
    interrupt(interrupted, 3)
    warm_up(training, cut, resume=True).run()
    assert read_history(cut) == read_history(uncut) and len(read_history(cut)) == 3
    weights = [torch.load(run / "best.pt", weights_only=True) for run in (uncut, cut)]
    assert weights[0]["templates"].any()
    assert all(torch.equal(value, weights[1][name]) for name, value in weights[0].items())


def test_stage_two_takes_the_backbone_and_learns_its_own_templates(training: Training, tmp_path: Path):
    workflow = warm_up(training, tmp_path / "run")
    workflow.run()
    films = list(workflow.parser.get_parsed_content("train#drawn_films"))[:1]
    matchings = warmed_up(tmp_path / "run", films, CARD, CPU, [1, 2])
    saved = torch.load(tmp_path / "run" / "best.pt", weights_only=True)
    assert [matching.scale for matching in matchings] == [1, 2]
    for matching in matchings:
        assert torch.equal(matching.state_dict()["backbone.conv1.weight"], saved["backbone.conv1.weight"])
        assert matching.backbone is matchings[0].backbone
    templates = [saved["templates"], *(matching.templates for matching in matchings)]
    assert not any(torch.equal(one, other) for one, other in itertools.combinations(templates, 2))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"preprocessing": {**PREPARED, "image_size": 64}},
            "image_size 32, this run has 64; give --image_size 32, or the --warm_up of another run",
        ),
        ({"network": {"backbone": "hrnet_w18"}}, "with backbone hrnet_small, this run has hrnet_w18"),
        ({"landmarks": ["hip", "knee", "ankle"]}, "trained on other landmarks"),
    ],
)
def test_a_warm_up_of_other_settings_is_refused(warm_up: Path, change: dict, words: str):
    with pytest.raises(CheckpointError, match=words):
        warmed_up(warm_up, [], {**CARD, **change}, CPU, [1])


def test_a_run_that_is_no_warm_up_is_refused(warm_up: Path):
    card = json.loads((warm_up / "best.json").read_text())
    card["network"] = {"name": "DeepAdaptiveGraph", "backbone": "hrnet_small"}
    (warm_up / "best.json").write_text(json.dumps(card))
    with pytest.raises(CheckpointError, match=r"best\.pt: is of no warm-up; run configs/warm_up\.yaml"):
        warmed_up(warm_up, [], CARD, CPU, [1])


def test_a_missing_warm_up_is_told(tmp_path: Path):
    with pytest.raises(CheckpointError, match=r"best\.pt: there is no such weights file"):
        warmed_up(tmp_path, [], CARD, CPU, [1])


@pytest.fixture
def features(tmp_path: Path) -> Path:
    torch.save(published_vit.random_weights(), tmp_path / "dino.pth")
    return tmp_path / "dino.pth"


def test_features_of_a_file_stay_as_they_are_and_leave_with_the_weights(
    training: Training, tmp_path: Path, features: Path
):
    run = tmp_path / "run"
    warm_up(training, run, features=str(features)).run()
    start, best = (torch.load(run / f"{name}.pt", weights_only=True) for name in ("mean_shape", "best"))
    assert all(torch.equal(start[name], best[name]) for name in best if name.startswith("frozen."))
    assert not torch.equal(start["backbone.conv1.weight"], best["backbone.conv1.weight"])
    assert best["templates"].shape == (3, 64 + 128) and best["templates"].any()
    card = json.loads((run / "best.json").read_text())
    assert card["network"]["features"]["sha256"] == sha256_of(features)
    features.unlink()
    (matching,) = warmed_up(run, [FILM], CARD, CPU, [1])
    assert torch.equal(matching.state_dict()["frozen.tokens"], best["frozen.tokens"])


def test_a_run_goes_on_with_its_own_features_alone(training: Training, tmp_path: Path, features: Path):
    run, moved = tmp_path / "run", tmp_path / "moved.pth"
    interrupt(warm_up(training, run, features=str(features)), 3)
    features.rename(moved)
    torch.save(published_vit.random_weights(seed=1), features)
    with pytest.raises(RuntimeError) as refused:
        warm_up(training, run, features=str(features), resume=True).run()
    assert "features#sha256" in str(cause_of(refused.value))
    warm_up(training, run, features=str(moved), resume=True).run()
    assert len(read_history(run)) == 3


@pytest.mark.parametrize("overlays", [(), ("warm_up.yaml",)], ids=["stage 1", "warm-up"])
def test_a_pretrained_backbone_is_where_training_begins(training: Training, tmp_path: Path, overlays: tuple[str, ...]):
    public = HRNet(3, width=16, modules=(1, 1, 1), blocks=2, stem_channels=32, bottlenecks=1).state_dict()
    torch.save(public, tmp_path / "hrnet.pth")
    settings = {"points": 8, "batch_size": 2} if overlays else {}
    training(*overlays, pretrained_backbone=str(tmp_path / "hrnet.pth"), max_epochs=1, **settings).run()
    start = torch.load(tmp_path / "run" / "mean_shape.pt", weights_only=True)
    assert torch.equal(start["backbone.conv2.weight"], public["conv2.weight"].mT)
