# SPDX-License-Identifier: Apache-2.0
"""What cannot work is one sentence, before anything is trained."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bundle.comparison.cells import Cell, Plan
from bundle.comparison.checks import check_plan
from bundle.comparison.recorded_settings import asked_settings
from bundle.errors import BundleError, ConfigurationError

Make = Callable[..., Plan]


def change(dataset: Path, **changed: object) -> None:
    document = json.loads((dataset / "dataset.json").read_text())
    (dataset / "dataset.json").write_text(json.dumps({**document, **changed}))


def test_a_request_that_can_be_done_passes_twice(plan_for: Make, tmp_path: Path):
    check_plan(plan_for())
    check_plan(plan_for(settings={"accept_unconverged": "true"}))
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"comparison.json"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"shots": (1, 7)}, "shots is 7 where the training split has 6 labelled films; choose 1 to 6"),
        ({"shots": (6,)}, "has no unlabelled film for stage 2, and all of training is drawn"),
        ({"overlays": (Path("absent.json"),)}, "absent.json: there is no such config file"),
        ({"settings": {"output_dir": "x"}}, "--output_dir: is set by the comparison itself"),
        ({"settings": {"elastic": "%absent"}}, r"a setting or config file refers to what no config holds \(.*absent\)"),
        ({"dataset_dir": Path("absent")}, "absent: there is no such folder"),
    ],
)
def test_bad_requests(plan_for: Make, changed: dict, words: str):
    with pytest.raises(BundleError, match=words):
        check_plan(plan_for(**changed))


def test_features_that_are_not_there_are_told_before_stage_1(plan_for: Make, tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"--features: there is no file absent\.pth"):
        check_plan(plan_for("recommended", settings={"features": "absent.pth"}))
    with pytest.raises(ConfigurationError, match="--features: recommended alone reads them"):
        check_plan(plan_for("dag", settings={"features": "absent.pth"}))
    (tmp_path / "dino.pth").touch()
    check_plan(plan_for("recommended", settings={"features": str(tmp_path / "dino.pth")}))


def test_without_unlabelled_films_what_learns_from_labelled_ones_can_be_compared(plan_for: Make):
    check_plan(plan_for("trained_on,windows", shots=(6,)))


def test_no_test_labels(plan_for: Make, dataset: Path):
    change(dataset, test=[])
    with pytest.raises(ConfigurationError, match=r"dataset.json: test has no film with landmarks"):
        check_plan(plan_for())


def test_another_data_set_is_refused(plan_for: Make, dataset: Path):
    check_plan(plan_for())
    change(dataset, name="other films")
    with pytest.raises(ConfigurationError, match=r"holds a comparison on another data set, or .* was changed since"):
        check_plan(plan_for())


def begin(cell: Cell, **changed: object) -> None:
    """Leave what a run leaves that was stopped after its first checkpoint."""
    cell.folder.mkdir(parents=True)
    (cell.folder / "config.json").write_text(json.dumps({**asked_settings(cell), **changed}))
    (cell.folder / "last.pt").touch()


def test_cells_of_the_same_settings_go_on_wherever_their_folders_lie(plan_for: Make, tmp_path: Path):
    for cell in plan_for("pi_model", shots=(4,), draws=1).cells():
        if cell.method.stage:
            begin(cell, output_dir="elsewhere", dataset_dir="elsewhere", stage1="elsewhere", num_workers=4)
    check_plan(plan_for("pi_model", shots=(4,), draws=1))
    (tmp_path / "out").rename(tmp_path / "moved")
    check_plan(plan_for("pi_model", shots=(4,), draws=1, out=tmp_path / "moved"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"settings": {"image_size": "64"}}, "was trained with image_size 128, now it is 64"),
        ({"settings": {"image_size": "[64,128]"}}, r"was trained with image_size 128, now it is \[64, 128\]"),
        ({"settings": {"train#trainer#amp": "True"}}, "was trained with train#trainer#amp @amp, now it is True"),
        ({"preset": "paper"}, "was trained with anisotropy 1.1, now it is 1.0"),
    ],
)
def test_cells_of_other_settings_are_refused(plan_for: Make, changed: dict, words: str):
    begin(next(cell for cell in plan_for("dag", shots=(4,)).cells() if cell.method.key == "dag"))
    with pytest.raises(ConfigurationError, match=f"dag: {words}; ask for the same settings"):
        check_plan(plan_for("dag", shots=(4,), **changed))


def test_stage_2_alone_may_differ(plan_for: Make, tmp_path: Path):
    (tmp_path / "longer.json").write_text('{"max_epochs": 80}')
    plain = {cell.method.key: cell for cell in plan_for("pi_model", shots=(4,), draws=1).cells()}
    begin(plain["dag"])
    longer = plan_for("pi_model", shots=(4,), draws=1, stage2_overlays=(tmp_path / "longer.json",))
    check_plan(longer)
    begin(plain["pi_model"])
    with pytest.raises(ConfigurationError, match="pi_model: was trained with max_epochs 12, now it is 80"):
        check_plan(longer)
