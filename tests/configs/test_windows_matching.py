# SPDX-License-Identifier: Apache-2.0
"""Windows from one labelled film as a user trains them: the warm-up of windows, and the matches that teach."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from monai.bundle import ConfigWorkflow

from bundle.engines import read_weights
from bundle.engines.weights import read_checkpoint
from bundle.run_folder import read_history
from run_folders import cause_of, interrupt, require_windows_around

Training = Callable[..., ConfigWorkflow]
WARM_UP = ("warm_up.yaml", "warm_up_windows.yaml")
OF_WINDOWS = ("windows.yaml", "few_shot.yaml", "methods/windows_multi_view.yaml")
MATCHING = ("one_film.yaml", *OF_WINDOWS, "methods/windows_matching.yaml")
SMALL = {"window": 32, "batch_size": 2, "validate#handlers": []}


@pytest.fixture
def warm(training: Training, tmp_path: Path) -> Training:
    """Make a workflow of the warm-up of windows, into `tmp_path / "warm"`."""

    def make(**override) -> ConfigWorkflow:
        small = {**SMALL, "unet_widths": [4, 4, 4, 4], "channels": 8, "windows": 2, "points": 8}
        return training(*WARM_UP, **{**small, "output_dir": str(tmp_path / "warm"), **override})

    return make


@pytest.fixture
def matching(training: Training, stage1: Path, tmp_path: Path) -> Training:
    """Make a workflow of windows that matches teach, into `tmp_path / "matching"`."""

    def make(**override) -> ConfigWorkflow:
        runs = {"stage1": str(stage1), "warm_up": str(tmp_path / "warm"), "output_dir": str(tmp_path / "matching")}
        settings = {**SMALL, "widths": [8, 16], "epoch_length": 4, **runs}
        return training(*MATCHING, **{**settings, **override})

    return make


def test_they_have_every_property_that_monai_reads(warm: Training, matching: Training):
    warm(max_epochs=1).run()
    assert warm().check_properties() == [] and matching().check_properties() == []


def test_the_warm_up_learns_from_every_film_and_resumes_exactly(warm: Training, tmp_path: Path):
    uncut, cut = tmp_path / "uncut", tmp_path / "cut"
    workflow = warm(output_dir=str(uncut))
    assert len(workflow.parser.get_parsed_content("train#dataset#data")) == 6  # of which 4 are drawn
    workflow.run()
    interrupt(warm(output_dir=str(cut)), 3)
    warm(output_dir=str(cut), resume=True).run()
    assert read_history(cut) == read_history(uncut) and len(read_history(cut)) == 3
    for name in ("last.pt", "best.pt"):
        torch.testing.assert_close(read_checkpoint(cut / name), read_checkpoint(uncut / name), rtol=0, atol=0)
    saved = torch.load(uncut / "best.pt", weights_only=True)["templates"]
    assert saved.shape == (2, 3, 8) and saved.any(dim=-1).all()


def test_matches_teach_windows_around_the_graph_of_stage_1(
    warm: Training, matching: Training, stage1: Path, tmp_path: Path
):
    warm().run()
    matching(learning_rate=0.01).run()
    run = tmp_path / "matching"
    require_windows_around(stage1, run)
    assert 0 < read_history(run)[-1]["pseudo_inside"] <= 1
    card = read_weights(run / "best.pt").card
    assert card["network"]["name"] == "WindowedGraph" and card["warm_up_sha256"] and "stage_2_accepted" in card


def test_cut_and_resumed_equals_uncut(warm: Training, matching: Training, tmp_path: Path):
    warm(max_epochs=1).run()
    uncut, cut = tmp_path / "uncut", tmp_path / "cut"
    matching(output_dir=str(uncut)).run()
    interrupt(matching(output_dir=str(cut)), 5)
    matching(output_dir=str(cut), resume=True).run()
    assert read_history(cut) == read_history(uncut)
    best, last = ([read_checkpoint(run / name) for run in (uncut, cut)] for name in ("best.pt", "last.pt"))
    torch.testing.assert_close(*best, rtol=0, atol=0)
    torch.testing.assert_close(*(checkpoint["network"] for checkpoint in last), rtol=0, atol=0)
    memories = [[file.read_bytes() for file in sorted(run.glob("*.npy"))] for run in (uncut, cut)]
    assert memories[0] and memories[0] == memories[1]


def test_it_computes_in_bfloat16(warm: Training, matching: Training, tmp_path: Path):
    warm(max_epochs=1, amp=True).run()
    matching(max_epochs=1, amp=True).run()
    assert read_history(tmp_path / "matching")[-1]["loss"] > 0


def test_windows_that_are_too_small_are_refused(warm: Training):
    with pytest.raises(RuntimeError) as raised:
        warm(window=16).run()
    assert "window is 16; choose at least 32" in str(cause_of(raised.value))


def test_a_warm_up_of_the_thumbnail_is_refused(matching: Training, warm_up: Path):
    with pytest.raises(RuntimeError) as raised:
        matching(warm_up=str(warm_up)).run()
    assert "is of no warm-up; run configs/warm_up_windows.yaml" in str(cause_of(raised.value))
