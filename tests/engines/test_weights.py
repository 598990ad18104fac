# SPDX-License-Identifier: Apache-2.0
"""A weights file and its card: what is applied is what a run wrote, whole, under its own names."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from monai.bundle import ConfigWorkflow

from bundle.dataset.description import read_dataset
from bundle.dataset.validation import NAME_BYTES as ROOM_OF_A_DATASET
from bundle.engines.weights import copy_weights, read_card, read_checkpoint, read_weights, save_weights
from bundle.errors import CheckpointError, DatasetError
from bundle.networks.landmark_network import NAME_BYTES, decode_names, encode_names
from run_folders import cause_of

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
LONG = "самая верхняя точка гребня правой подвздошной кости таза"
Begun = Callable[..., Path]
Training = Callable[..., ConfigWorkflow]


def rot(file: Path) -> None:
    """Turn some bytes of its largest tensor over, as a bad disk does: torch reads the file all the same."""
    state = torch.load(file, weights_only=True)
    values = bytes(max(state.get("network", state).values(), key=torch.Tensor.numel).untyped_storage())
    content = file.read_bytes()
    assert values in content
    file.write_bytes(content.replace(values, b"\xff" * 64 + values[64:]))
    torch.load(file, weights_only=True)


def make_nan(file: Path) -> None:
    state = torch.load(file, weights_only=True)
    torch.save(
        {name: value * float("nan") if value.is_floating_point() else value for name, value in state.items()}, file
    )


def applied(run: str, dataset: Path, weights: Path, tmp_path: Path) -> None:
    overlays = {"inference": (), "evaluate": ("evaluate",), "calibrate": ("evaluate", "calibrate")}[run]
    files = [str(CONFIGS / "inference.json"), *(str(CONFIGS / f"{name}.yaml") for name in overlays)]
    settings = {"dataset_dir": str(dataset), "checkpoint": str(weights), "output_dir": str(tmp_path / "out")}
    workflow = ConfigWorkflow(files, workflow_type="inference", logging_file=False, **settings)
    workflow.initialize()
    workflow.run()


@pytest.mark.parametrize("run", ["inference", "evaluate", "calibrate"])
@pytest.mark.parametrize("damage", [rot, make_nan])
def test_rotten_weights_are_applied_to_no_film(begun: Begun, dataset: Path, tmp_path: Path, damage: Any, run: str):
    weights = begun("run", noise=0.01) / "best.pt"
    damage(weights)
    with pytest.raises(RuntimeError) as raised:
        applied(run, dataset, weights, tmp_path)
    assert "best.pt: is not the file that best.json beside it was written for" in cause_of(raised.value)
    assert not list((tmp_path / "out").rglob("*.json"))


def test_stage_two_and_its_warm_up_start_from_no_rotten_weights(
    few_shot: Training, stage1: Path, warm_up: Path, tmp_path: Path
):
    for folder in (warm_up, stage1):
        kept = (folder / "best.pt").read_bytes()
        rot(folder / "best.pt")
        with pytest.raises(RuntimeError) as raised:
            few_shot("recommended").run()
        assert f"{folder / 'best.pt'}: is not the file" in cause_of(raised.value)
        (folder / "best.pt").write_bytes(kept)


def test_a_network_for_monai_to_load_is_built_from_no_rotten_weights(begun: Begun):
    weights = begun("run") / "best.pt"
    rot(weights)
    workflow = ConfigWorkflow(
        str(CONFIGS / "inference.json"), workflow_type="inference", logging_file=False, checkpoint=str(weights)
    )
    workflow.initialize()
    with pytest.raises(RuntimeError) as raised:
        workflow.network_def  # noqa: B018 - what MONAI's load asks for
    assert "is not the file" in cause_of(raised.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda card: {**card, "landmarks": card["landmarks"][::-1]}, "its card names others (bottom, right top, "),
        (lambda card: {**card, "weights_sha256": "0" * 64}, "damaged or of another run"),
        (lambda card: {name: card[name] for name in card if name != "weights_sha256"}, "does not say which weights"),
        (lambda card: {name: card[name] for name in card if name != "name"}, "best.json: name: is missing"),
        (lambda card: {**card, "landmarks": "hip"}, "landmarks: should be a list, not 'hip'"),
        (lambda card: [card], "best.json: should be fields with values, not ["),
    ],
    ids=["names in another order", "another card", "a card of before", "no model name", "no names", "a list"],
)
def test_a_card_that_is_not_the_weights_is_refused(begun: Begun, change: Any, words: str):
    file = begun("run") / "best.json"
    file.write_text(json.dumps(change(json.loads(file.read_text()))))
    with pytest.raises(CheckpointError) as raised:
        read_weights(file.with_suffix(".pt"))
    assert words in str(raised.value)


def test_a_card_of_before_works_when_its_owner_adds_the_hash(begun: Begun):
    file = begun("run") / "best.json"
    card = json.loads(file.read_text())
    sha256 = card.pop("weights_sha256")
    file.write_text(json.dumps(card))
    with pytest.raises(CheckpointError, match=f'add "weights_sha256": "{sha256}" to it'):
        read_weights(file.with_suffix(".pt"))


class Killed(BaseException):
    """Nothing after it happens."""


@pytest.mark.parametrize("moment", range(4))
def test_a_pair_fits_whenever_its_writer_is_killed(begun: Begun, monkeypatch: pytest.MonkeyPatch, moment: int):
    """The files are put in place by three renames; before each of them, and after all, one pair of the two is whole."""
    file = begun("run", noise=0.01) / "best.pt"
    old, rename, seen = read_weights(file), os.replace, []

    def replace(source: Path, target: Path) -> None:
        if len(seen) == moment:
            raise Killed
        seen.append(target)
        rename(source, target)

    new = {name: value + 1 if value.is_floating_point() else value for name, value in old.state.items()}
    monkeypatch.setattr(os, "replace", replace)
    with suppress(Killed):
        save_weights(file, new, {**old.card, "epoch": 7})
    monkeypatch.undo()
    assert len(seen) == min(moment, 3)
    now = read_weights(file)
    expected, epoch = (new, 7) if moment >= 2 else (old.state, None)
    assert now.card.get("epoch") == epoch
    torch.testing.assert_close(now.state, expected, rtol=0, atol=0)
    copy_weights(file, file.with_name("copy.pt"))
    assert read_card(file.with_name("copy.pt")) == now.card


def test_a_checkpoint_whose_values_rot_is_not_resumed(training: Training, tmp_path: Path):
    training(max_epochs=1).run()
    last = tmp_path / "run" / "last.pt"
    rot(last)
    with pytest.raises(CheckpointError, match=r"last\.pt: is damaged"):
        read_checkpoint(last)


def test_long_names_are_kept_whole_and_longer_ones_refused_before_training(dataset: Path):
    assert NAME_BYTES == ROOM_OF_A_DATASET
    names = [LONG, "髖" * (NAME_BYTES // 3), "a" * NAME_BYTES]
    assert decode_names(encode_names(names)) == names
    file = dataset / "dataset.json"
    document = json.loads(file.read_text())
    document["landmarks"] = names
    file.write_text(json.dumps(document))
    assert read_dataset(dataset).landmarks == tuple(names)
    document["landmarks"][1] += "髖"
    file.write_text(json.dumps(document))
    with pytest.raises(DatasetError, match=r"landmarks\[1\] has a name of 258 bytes; shorten it to 256"):
        read_dataset(dataset)
    with pytest.raises(ValueError, match="more than 256 bytes"):
        encode_names(document["landmarks"])


def test_weights_of_a_long_name_can_be_used(training: Training, dataset: Path, tmp_path: Path):
    file = dataset / "dataset.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "landmarks": [LONG, "right top", "bottom"]}))
    shutil.rmtree(dataset / "cache", ignore_errors=True)
    training(max_epochs=1).run()
    applied("evaluate", dataset, tmp_path / "run" / "best.pt", tmp_path)
    assert LONG in (tmp_path / "out" / "landmarks.csv").read_text(encoding="utf-8")
