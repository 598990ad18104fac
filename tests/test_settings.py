# SPDX-License-Identifier: Apache-2.0
"""Settings as people give them: on MONAI's command line, through Fire, from Python, in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from fire.parser import DefaultParseValue
from hypothesis import example, given
from hypothesis import strategies as st
from monai.bundle import ConfigParser, ConfigWorkflow

from bundle.engines.semi_supervised import MODELS
from bundle.engines.teachers.mean_teacher import BATCH_NORM
from bundle.errors import ConfigurationError
from bundle.losses.jensen_shannon import REDUCTIONS
from bundle.networks.global_transform import TRANSFORM_PARAMETERS
from bundle.networks.hrnet import BACKBONES
from bundle.settings import declared
from run_folders import cause_of

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
TRAIN, FEW_SHOT, APPLY = (
    ("train.json", "small.yaml"),
    ("train.json", "small.yaml", "few_shot.yaml"),
    ("inference.json",),
)
SCHEMAS = json.loads((CONFIGS.parent / "bundle" / "settings.schema.json").read_text())


def typed(monkeypatch: pytest.MonkeyPatch, configs: tuple[str, ...], **words: str) -> ConfigParser:
    """The parser after `initialize` of a command line `--name value`."""
    line = [part for name, word in words.items() for part in (f"--{name}", word)]
    monkeypatch.setattr("sys.argv", ["monai.bundle", "run", "training", *line])
    files = [str(CONFIGS / name) for name in configs]
    override = {name: DefaultParseValue(word) for name, word in words.items()}
    workflow = ConfigWorkflow(files, workflow_type="train", logging_file=False, **override)
    workflow.initialize()
    return workflow.parser


@pytest.mark.parametrize(
    ("name", "word", "value"),
    [
        ("amp", "true", True),
        ("amp", "True", True),
        ("resume", "false", False),
        ("share_local", "false", False),
        ("shots", "5.0", 5),
        ("shots", "none", None),
        ("max_epochs", "1e2", 100),
        ("learning_rate", "1", 1),
        ("scale", "0.8,1.2", [0.8, 1.2]),
        ("image_size", "256", 256),
        ("image_size", "[192,384]", [192, 384]),
        ("image_size", "192, 384", [192, 384]),
        ("device", "cpu", torch.device("cpu")),
        *(
            ("dataset_dir", word, word)
            for word in (
                *(
                    "20240501",
                    "0012",
                    "1_000",
                    "1e5",
                    "0x10",
                    "2024-05-01",
                    "a,b",
                    "films#2",
                    "films/a#2",
                    "films/a#@b",
                ),
                *("(1)", "[films]", "True", "./@home", "./$x", "./%p", "two words", "{a:b}", "-5"),
            )
        ),
        ("dataset_dir", "'quoted'", "quoted"),
        ("output_dir", "20240501", "20240501"),
    ],
)
def test_a_setting_is_of_its_type_however_it_is_typed(
    monkeypatch: pytest.MonkeyPatch, name: str, word: str, value: Any
):
    parser = typed(monkeypatch, TRAIN, **{name: word})
    found = parser.get_parsed_content(name)
    assert found == value and type(found) is type(value)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1))
@example("@#")
def test_any_folder_name_stays_what_it_is(name: str):
    """Behind ./, where neither Fire, MONAI nor a shell makes anything of its first letter."""
    word = f"./{name}"
    parser = ConfigParser({"inference": [], "dataset_dir": DefaultParseValue(word)})
    parser.parse()
    parser.update(declared(parser.get(), [f"--dataset_dir={word}"]))
    parser.parse()
    assert parser.get_parsed_content("dataset_dir") == word


@pytest.mark.parametrize(
    ("configs", "name", "word", "says"),
    [
        (TRAIN, "amp", "maybe", "--amp: 'maybe' is not of type 'boolean'; give true or false"),
        (TRAIN, "resume", "1", "--resume: 1 is not of type 'boolean'; give true or false"),
        (TRAIN, "shots", "0", "--shots: 0 is less than the minimum of 1; give a whole number"),
        (TRAIN, "shots", "five", "--shots: 'five' is not of type"),
        (TRAIN, "shots", "2.5", "--shots: 2.5 is not of type"),
        (TRAIN, "seed", "-1", "--seed: -1 is less than the minimum of 0"),
        (TRAIN, "image_size", "100", "--image_size: 100 is not a multiple of 32; give a multiple of 32, or [width, "),
        (TRAIN, "image_size", "[192,100]", "--image_size: 100 is not a multiple of 32"),
        (TRAIN, "image_size", "[192,0]", "--image_size: 0 is less than the minimum of 32"),
        (TRAIN, "image_size", "[64,64,64]", "--image_size: [64, 64, 64] is too long; give a multiple of 32, or [width"),
        (TRAIN, "image_size", "wide", "--image_size: 'wide' is not of type 'integer', 'array'"),
        (TRAIN, "learning_rate", "0", "--learning_rate: 0 is less than or equal to the minimum of 0; give a number"),
        (TRAIN, "learning_rate", "nan", "--learning_rate: 'nan' is not of type 'number'"),
        (TRAIN, "learning_rate", "1e999", "--learning_rate: inf is no finite number"),
        (
            TRAIN,
            "backbone",
            "hrnet",
            "--backbone: 'hrnet' is not one of ['hrnet_w18', 'hrnet_small']; give ",
        ),
        (TRAIN, "transform", "bent", "give affine or perspective"),
        (TRAIN, "scale", "0.8", "--scale: 0.8 is not of type 'array'; give a list"),
        (TRAIN, "gamma", "1,2,3", "--gamma: [1, 2, 3] is too long"),
        (TRAIN, "device", "gpu", "--device: there is no device 'gpu'; give cpu, cuda or cuda:1"),
        (TRAIN, "device", "cuda:99", "--device: PyTorch sees no GPU cuda:99"),
        (TRAIN, "dataset_dir", "", "--dataset_dir: is empty; give a path"),
        (TRAIN, "dataset_dir", "@home", "--dataset_dir: '@home' is an expression for MONAI and cannot be worked out"),
        (TRAIN, "dataset_dir", "$x", "one that begins with @, $ or % as ./NAME"),
        (TRAIN, "output_dir", "@seed", "--output_dir: 0 is not of type 'string'; give a path"),
        (TRAIN, "shot", "5", "--shot: is no setting that anything here reads; did you mean --shots?"),
        (FEW_SHOT, "ratio", "-1", "--ratio: -1 is less than the minimum of 0"),
        (FEW_SHOT, "model", "tutor", "give teacher or student"),
        (FEW_SHOT, "accept_confidence", "0.4", "--accept_confidence: 0.4 is less than the minimum of 0.5"),
        (APPLY, "checkpiont", "a.pt", "did you mean --checkpoint?"),
        (APPLY, "image_size", "256", "--image_size: is what the weights' card says; leave it out"),
        (APPLY, "batch_size", "0", "--batch_size: 0 is less than the minimum of 1"),
        (APPLY, "shots", "5", "--shots: is no setting that anything here reads"),
    ],
)
def test_a_setting_that_cannot_be_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, configs: tuple[str, ...], name: str, word: str, says: str
):
    with pytest.raises(RuntimeError) as raised:
        typed(monkeypatch, configs, **{name: word})
    assert says in cause_of(raised.value)


@pytest.mark.parametrize("setting", [{"dataset_dir": Path("films")}, {"dataset_dir": 20240501}, {"device": "cpu"}])
def test_python_gives_settings_too(setting: dict[str, Any]):
    workflow = ConfigWorkflow(str(CONFIGS / "inference.json"), workflow_type="infer", logging_file=False, **setting)
    workflow.initialize()
    name, value = next(iter(setting.items()))
    expected = torch.device("cpu") if name == "device" else str(value)
    assert workflow.parser.get_parsed_content(name) == expected


def test_an_overlay_may_bring_settings_of_its_own(tmp_path: Path):
    for content, fine in ({"mine": 3, "batch_size": "$2 * @mine"}, True), ({"mine": 3}, False):
        (tmp_path / "mine.json").write_text(json.dumps(content))
        files = [str(CONFIGS / "train.json"), str(tmp_path / "mine.json")]
        workflow = ConfigWorkflow(files, workflow_type="train", logging_file=False)
        if fine:
            workflow.initialize()
            assert workflow.parser.get_parsed_content("batch_size") == 6
        else:
            with pytest.raises(RuntimeError) as raised:
                workflow.initialize()
            assert "--mine: is no setting" in cause_of(raised.value)


OVERLAYS = [file for file in sorted(CONFIGS.rglob("*.yaml")) if file.parent.name != "presets"]


@pytest.mark.parametrize(
    "file", [CONFIGS / "train.json", CONFIGS / "inference.json", *OVERLAYS], ids=lambda file: file.stem
)
def test_every_constant_of_the_configs_is_declared_and_right(file: Path):
    schemas = {name: schema for group in SCHEMAS.values() if isinstance(group, dict) for name, schema in group.items()}
    for name, value in ConfigParser.load_config_file(str(file)).items():
        constant = not isinstance(value, (dict, list)) or (isinstance(value, list) and name in schemas)
        if constant and not str(value).startswith(("$", "@")) and "#" not in name and not name.startswith("_"):
            assert name in schemas, f"{file.name} has {name}, which bundle/settings.schema.json does not declare"
            group = {"train": {}} if any(name in SCHEMAS[key] for key in ("train", "training_overlays")) else {}
            assert declared({**group, name: value, "read": [f"@{name}"]}, []).get(name) == value


def test_the_choices_are_those_of_the_code():
    choices = {"backbone": BACKBONES, "transform": TRANSFORM_PARAMETERS}
    assert {name: tuple(SCHEMAS["train"][name]["enum"]) for name in choices} == {
        k: tuple(v) for k, v in choices.items()
    }
    for name, known in {"model": MODELS, "batch_norm": BATCH_NORM, "js_reduction": REDUCTIONS}.items():
        assert SCHEMAS["training_overlays"][name]["enum"] == list(known)


def test_a_plan_refuses_a_setting_before_the_first_training():
    with pytest.raises(ConfigurationError, match="--amp: 'maybe'"):
        declared({"train": {}, "amp": "maybe"}, [])
