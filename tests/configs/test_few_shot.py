# SPDX-License-Identifier: Apache-2.0
"""The config of stage 2 has the paper's settings and all that MONAI reads of a workflow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from monai.bundle import ConfigParser, ConfigWorkflow

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
PAPER = {"ratio": 100, "noise_std": 0.1, "w2": 1.0, "ema_min": 0.99, "ema_max": 0.999, "learning_rate": 1e-4}
TEACHERS = {
    "few_shot_dag": ("MeanTeacher", "teacher", 0.0),
    "few_shot_dag_js": ("MeanTeacher", "teacher", 1.0),
    "multi_view": ("MultiView", "teacher", 0.0),
    "recommended": ("MultiView", "student", 0.0),
    "pi_model": ("PiModel", "student", 0.0),
    "pseudo_label": ("PseudoLabel", "student", 0.0),
    "temporal_ensemble": ("TemporalEnsemble", "student", 0.0),
    "trained_on": ("PiModel", "student", 0.0),
    "windows_multi_view": ("MultiView", "student", 0.0),
}
METHODS = sorted(TEACHERS)
VIEWS = {"_comment_view_", "train#unlabelled#view", "train#unlabelled#preprocessing#transforms"}


def few_shot(dataset: Path, tmp_path: Path, *overlays: str) -> ConfigWorkflow:
    files = [str(CONFIGS / name) for name in ("train.json", *overlays)]
    outputs = {"output_dir": str(tmp_path / "run"), "model_file": str(tmp_path / "model.pt"), "image_size": 64}
    settings = {"dataset_dir": str(dataset), "shots": 4, "backbone": "hrnet_small", **outputs}
    workflow = ConfigWorkflow(files, workflow_type="train", logging_file=False, **settings)
    workflow.initialize()
    return workflow


@pytest.mark.parametrize("overlays", [("few_shot.yaml",), ("small.yaml", "few_shot.yaml")], ids=["paper", "small"])
def test_the_papers_settings_are_the_defaults(dataset: Path, tmp_path: Path, overlays: tuple[str, ...]):
    workflow = few_shot(dataset, tmp_path, *overlays)
    assert {name: workflow.parser.get_parsed_content(name) for name in PAPER} == PAPER
    assert workflow.check_properties() == []


def test_every_method_of_stage_two_is_tested():
    assert {file.stem for file in (CONFIGS / "methods").glob("*.yaml")} == {
        *METHODS,
        "spatial_configuration_net",
        "parts_windows",
        "windows_matching",
        "confident_pseudo_label",
    }


@pytest.mark.parametrize("method", METHODS)
def test_a_method_is_a_teacher(dataset: Path, warm_up: Path, tmp_path: Path, method: str):
    parser = few_shot(dataset, tmp_path, "few_shot.yaml", f"methods/{method}.yaml").parser
    if method == "recommended":
        parser["warm_up"], parser["image_size"] = str(warm_up), 32
        parser.parse(reset=True)
    teacher, model, w2 = TEACHERS[method]
    assert type(parser.get_parsed_content("teacher")).__name__ == teacher
    assert (parser.get_parsed_content("model"), parser.get_parsed_content("w2")) == (model, w2)
    owner = parser.get_parsed_content("teacher" if model == "teacher" else "train#trainer")
    assert parser.get_parsed_content("train#trainer").model is owner.network
    assert parser.get_parsed_content("validate#evaluator").network is owner.network


@pytest.mark.parametrize("method", METHODS)
def test_a_method_is_an_overlay_of_a_few_lines(method: str):
    overlay = ConfigParser.load_config_file(str(CONFIGS / "methods" / f"{method}.yaml"))
    base = ConfigParser.load_config_file(str(CONFIGS / "few_shot.yaml"))
    assert len(overlay) <= {"trained_on": 8, "multi_view": 10, "windows_multi_view": 13, "recommended": 18}.get(
        method, 6
    )
    own = {"warm_up", "scales", "reach", "remembered_answers", "model_card#warm_up_sha256", "view_rotate", "view_scale"}
    assert not set(overlay) - set(base) - own - {"train#unlabelled#augmentation#transforms"}


def test_the_control_trains_as_long_and_as_fast_as_recommended():
    control, ours = (
        ConfigParser.load_config_file(str(CONFIGS / "methods" / f"{method}.yaml"))
        for method in ("trained_on", "recommended")
    )
    for name in ("max_epochs", "learning_rate"):
        assert control[name] == ours[name]


@pytest.mark.parametrize(("shots", "scales", "answers"), [(1, [1, 3, 4], 48), (4, [4, 5], 36)])
def test_one_film_is_matched_at_its_own_size_too_and_twelve_views_are_remembered(
    dataset: Path, tmp_path: Path, shots: int, scales: list[int], answers: int
):
    parser = few_shot(dataset, tmp_path, "few_shot.yaml", "methods/recommended.yaml").parser
    parser["shots"] = shots
    assert parser.get_parsed_content("scales") == scales
    assert parser.get_parsed_content("median_memory").answers == answers


@pytest.mark.parametrize(
    ("documented", "config", "films", "drawn"),
    [(0, "few_shot.yaml", "train#unlabelled#dataset", 0), (1, "warm_up.yaml", "train#dataset", 4)],
)
def test_the_pool_can_be_cut_by_an_overlay_as_the_docs_say(
    dataset: Path, tmp_path: Path, documented: int, config: str, films: str, drawn: int
):
    overlays = re.findall(r"```yaml\n(.*: 35)\n```", (CONFIGS.parent / "docs/how_to/compare.md").read_text())
    overlay = tmp_path / "pool.yaml"
    overlay.write_text(overlays[documented].replace("35", "1"))
    whole, cut = (
        [film["name"] for film in few_shot(dataset, tmp_path, config, *files).parser.get_parsed_content(films).data]
        for files in ((), (str(overlay),))
    )
    assert len(whole) > 1 + drawn
    assert cut == [whole[0], *whole[len(whole) - drawn :]]


def test_unlabelled_films_are_deformed_and_exposed_as_labelled_ones(dataset: Path, tmp_path: Path):
    parser = few_shot(dataset, tmp_path, "small.yaml", "few_shot.yaml").parser
    labelled = parser.get_parsed_content("train#augmentation").transforms
    unlabelled = parser.get_parsed_content("train#unlabelled#augmentation").transforms
    names = [type(transform).__name__ for transform in labelled]
    expected = ["RandDeformUnlabelledd" if name == "RandDeformd" else name for name in names]
    assert [type(transform).__name__ for transform in unlabelled] == expected[:-1]
    for name in ("rotate", "scale", "translate", "anisotropy", "elastic"):
        assert getattr(unlabelled[0], name) == getattr(labelled[0], name)
