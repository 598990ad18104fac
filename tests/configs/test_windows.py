# SPDX-License-Identifier: Apache-2.0
"""Windows as a user trains them: from stage 1, and then from their own pseudo ground truth."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from monai.bundle import ConfigWorkflow

from bundle.engines import read_weights
from bundle.engines.weights import read_card, read_checkpoint
from bundle.networks import WindowedGraph
from bundle.run_folder import read_history
from run_folders import cause_of, interrupt, require_windows_around

Training = Callable[..., ConfigWorkflow]
SMALL = {"window": 32, "widths": [8, 16], "batch_size": 2, "validate#handlers": []}


@pytest.fixture
def windows(training: Training, stage1: Path, tmp_path: Path) -> Training:
    """Make a workflow of windows around the vertices of a graph that saw 32 pixels."""

    def make(*overlays: str, **override) -> ConfigWorkflow:
        settings = {"stage1": str(stage1), "output_dir": str(tmp_path / "windows"), **SMALL, **override}
        return training("windows.yaml", *overlays, **settings)

    return make


def test_it_has_every_property_that_monai_reads(windows: Training):
    assert windows().check_properties() == []


@pytest.mark.parametrize(
    ("image_size", "reduction", "input_size"),
    [(96, 4, 384), (128, 4, 512), ([96, 128], 4, [384, 512]), (256, 2, 512), (512, 1, 512), (768, 1, 768)],
)
def test_the_film_is_given_at_512_pixels_however_much_of_it_the_graph_sees(
    windows: Training, stage1: Path, image_size: object, reduction: int, input_size: object
):
    parser = windows(image_size=image_size).parser
    assert parser.get_parsed_content("reduction") == reduction
    assert parser.get_parsed_content("input_size") == input_size


def test_windows_go_on_from_a_graph_that_sees_the_film_itself(windows: Training, tmp_path: Path):
    workflow = windows(reduction=1)
    workflow.run()
    assert read_card(tmp_path / "windows" / "best.pt")["network"]["reduction"] == 1
    assert len(read_history(tmp_path / "windows")) == 3


def test_it_begins_with_what_the_graph_says_and_leaves_the_graph_as_it_was(windows: Training, stage1: Path, tmp_path):
    workflow = windows(learning_rate=0.01)
    workflow.run()
    run = tmp_path / "windows"
    require_windows_around(stage1, run)
    assert isinstance(workflow.network_def, WindowedGraph)
    assert len(read_history(run)) == 3 and json.loads((run / "acceptance.json").read_text())["validation_films"] == 2


def test_cut_and_resumed_equals_uncut(windows: Training, tmp_path: Path):
    uncut, cut = tmp_path / "uncut", tmp_path / "cut"
    windows(output_dir=str(uncut)).run()
    interrupt(windows(output_dir=str(cut)), 3)
    windows(output_dir=str(cut), resume=True).run()
    assert read_history(cut) == read_history(uncut)
    for name in ("last.pt", "best.pt"):
        torch.testing.assert_close(read_checkpoint(cut / name), read_checkpoint(uncut / name), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"reduction": 5}, None),
        ({"image_size": 64}, "stage 1 was trained with image_size 32, this run has 64"),
        ({"image_size": [32, 64]}, "stage 1 was trained with image_size 32, this run has [32, 64]"),
        ({"hidden_features": 16}, "stage 1 was trained with hidden_features 8, this run has 16"),
        ({"shots": 3}, "stage 1 was trained with shots 4, this run has 3"),
    ],
)
def test_stage_1_has_to_be_of_the_same_graph_and_films(windows: Training, setting: dict, sentence: str | None):
    if sentence is None:
        windows(**setting, max_epochs=1).run()
        return
    with pytest.raises(RuntimeError) as raised:
        windows(**setting).run()
    assert sentence in cause_of(raised.value)


def test_windows_teach_themselves_on_unlabelled_films(windows: Training, tmp_path: Path):
    windows(learning_rate=0.01, accept_confidence=0.5).run()
    settings = {
        "stage1": str(tmp_path / "windows"),
        "ratio": 1,
        "epoch_length": 4,
        "output_dir": str(tmp_path / "second"),
    }
    windows("few_shot.yaml", "methods/windows_multi_view.yaml", **settings).run()
    rows = read_history(tmp_path / "second")
    assert rows[-1]["pseudo_local_loss"] > 0 and 0 < rows[-1]["pseudo_inside"] <= 1
    card = read_weights(tmp_path / "second" / "best.pt").card
    assert card["network"]["name"] == "WindowedGraph" and "stage_2_accepted" in card


@pytest.mark.parametrize("method", ["few_shot_dag", "multi_view", "pi_model", "pseudo_label", "temporal_ensemble"])
def test_the_papers_teachers_can_teach_them(windows: Training, tmp_path: Path, method: str):
    windows(max_epochs=1, accept_confidence=0.5).run()
    settings = {"stage1": str(tmp_path / "windows"), "output_dir": str(tmp_path / "second"), "ratio": 1}
    windows("few_shot.yaml", f"methods/{method}.yaml", w2=0.0, **settings).run()
    assert 0 < read_history(tmp_path / "second")[-1]["pseudo_inside"] <= 1


def test_windows_have_no_feature_map_to_compare(windows: Training, tmp_path: Path):
    with pytest.raises(RuntimeError) as raised:
        windows("few_shot.yaml", stage1=str(tmp_path / "windows")).run()
    assert "w2 is 1.0, but WindowedGraph has no feature map to compare; give --w2 0" in cause_of(raised.value)


def test_they_are_calibrated_and_applied_as_any_model(
    windows: Training, apply, predicted, dataset: Path, tmp_path: Path
):
    windows(learning_rate=0.01, accept_confidence=0.5).run()
    model = tmp_path / "windows" / "best.pt"
    settings = {"dataset_dir": str(dataset), "checkpoint": str(model), "split": "training"}
    apply("evaluate.yaml", "calibrate.yaml", output_dir=str(tmp_path / "calibration"), **settings).run()
    apply(dataset_dir=str(dataset / "8.png"), checkpoint=str(model)).run()
    document = predicted("8.png")
    assert [landmark["name"] for landmark in document["landmarks"]] == ["left top", "right top", "bottom"]
    assert all(0 <= landmark["x"] < 64 and landmark["expected_error_px"] > 0 for landmark in document["landmarks"])
