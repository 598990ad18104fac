# SPDX-License-Identifier: Apache-2.0
"""What a model came from: its own training and those before it, wherever the folders were moved to."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from bundle.errors import BundleError
from bundle.zoo import trainings
from bundle.zoo.trainings import EARLIER, training_configs, training_of

PLACES = {"bundle_root": "$workflow.ROOT", "dataset_dir": "/d/films", "cache_dir": "/d/cache", "model_file": "/d/m.pt"}


@pytest.fixture
def trained(tmp_path: Path):
    """Make the folder of a training: `trained(name, sha256, **settings)`."""

    def make(name: str, sha256: str = "", accepted: bool | None = None, **settings: Any) -> Path:
        folder = tmp_path / "ceph" / name
        folder.mkdir(parents=True)
        config = {"_meta_": {}, **PLACES, "output_dir": str(folder), "device": "cuda:1", "learning_rate": 0.5}
        (folder / "config.json").write_text(json.dumps({**config, **settings}))
        verdict = {} if accepted is None else {"stage_2_accepted": accepted}
        (folder / "best.json").write_text(json.dumps({"weights_sha256": sha256 or name, **verdict}))
        return folder

    return make


def test_the_trainings_before_it_come_first(trained):
    trained("warm_up")
    trained("stage1")
    trained("windows", stage1="/gone/stage1")
    last = trained("stage2", stage1="/gone/windows", warm_up="/gone/warm_up")
    configs = training_configs(last)
    assert list(configs) == ["warm_up", "stage1", "windows", "stage2"]
    assert configs["windows"]["stage1"] == "$@bundle_root + '/runs/stage1'"
    assert configs["stage2"]["warm_up"] == "$@bundle_root + '/runs/warm_up'"


def test_settings_stay_and_places_go(trained):
    (config,) = training_configs(trained("stage1", pretrained_backbone="/d/hrnet.pth", train={"shots": [3]})).values()
    assert config["learning_rate"] == 0.5 and config["train"] == {"shots": [3]}
    assert config["output_dir"] == "$@bundle_root + '/runs/stage1'"
    assert config["pretrained_backbone"] == "$@bundle_root + '/models/hrnet.pth'"
    assert "_meta_" not in config and "cuda:1" not in json.dumps(config)


def test_no_setting_of_a_training_keeps_its_place(trained, tmp_path: Path):
    schema = json.loads(files("bundle").joinpath("settings.schema.json").read_text())
    settings = {
        name: kind for group in ("shared", "train", "training_overlays") for name, kind in schema[group].items()
    }
    places = {name: str(tmp_path / name) for name, kind in settings.items() if kind.get("format") == "path"}
    for name in EARLIER:
        trained(name, **{place: value for place, value in places.items() if place not in EARLIER})
    assert str(tmp_path) not in json.dumps(training_configs(trained("stage2", **places)))


def test_a_training_before_it_may_lie_where_configs_put_it(trained, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(trainings, "ROOT", str(tmp_path))
    trained("train").rename(tmp_path / "train")
    last = trained("few_shot", stage1="$@bundle_root + '/train'")
    assert list(training_configs(last)) == ["train", "few_shot"]


def test_a_training_that_is_missing_is_named(trained):
    with pytest.raises(BundleError, match=r"goes on from /gone/stage1.*put that folder beside"):
        training_configs(trained("stage2", stage1="/gone/stage1"))


@pytest.mark.parametrize(("accepted", "made_by"), [(True, "stage2"), (False, "stage1")])
def test_weights_that_were_not_accepted_are_those_of_stage_1(trained, accepted: bool, made_by: str):
    stage1 = trained("stage1", "one")
    stage2 = trained("stage2", "two" if accepted else "one", accepted, stage1=str(stage1))
    weights = "two" if accepted else "one"
    assert training_of(stage2, weights).name == training_of(stage2.parent, weights).name == made_by
