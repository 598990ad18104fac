# SPDX-License-Identifier: Apache-2.0
"""Stage 2 leaves its own weights only where the validation films show that they are better."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from ignite.engine import Events
from monai.bundle import ConfigWorkflow

from bundle.engines.weights import read_card, read_checkpoint

FewShot = Callable[..., ConfigWorkflow]
DISAGREE = [[1.0, 7.0], [2.0, 5.0], [6.0, 6.0]]  # means 4, 3.5, 6: one film gains what the other loses


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return tmp_path / "few_shot"


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    return tmp_path / "models" / "model.pt"


def same(one: Path, other: Path) -> bool:
    first, second = read_checkpoint(one), read_checkpoint(other)
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def pretend(workflow: ConfigWorkflow, validations: Sequence[Sequence[float]]) -> ConfigWorkflow:
    """Let the errors of the two validation films come out as given, first those of stage 1."""
    coming = iter(validations)

    def measured(validator: Any) -> None:
        errors = torch.tensor(next(coming))[:, None].expand(-1, 3)
        validator.state.metrics["mean_radial_error"] = errors.mean().item()
        validator.state.metric_details["mean_radial_error"] = errors

    workflow.trainer  # noqa: B018 - builds the handlers, whose metric comes before
    workflow.parser.get_parsed_content("validate#evaluator").add_event_handler(Events.EPOCH_COMPLETED, measured)
    return workflow


def test_better_stage_two_is_exported_as_the_network_fixed_beforehand(few_shot: FewShot, run: Path, exported: Path):
    pretend(few_shot("few_shot_dag", ratio=0), [[4.0, 5.0], [3.0, 4.0], [5.0, 5.0]]).run()
    facts = read_card(exported)
    assert (facts["model"], facts["epoch"], facts["stage_2_accepted"]) == ("teacher", 1, True)
    assert facts["validation_error_px"] == 3.5
    verdict = json.loads((run / "acceptance.json").read_text())
    assert (verdict["accepted"], verdict["gain_px"], verdict["gain_at_least_px"]) == (True, 1.0, 1.0)
    assert same(run / "best.pt", exported) and same(run / "best.pt", run / "stage2.pt")


def test_worse_stage_two_leaves_stage_one_and_says_so(
    few_shot: FewShot, stage1: Path, run: Path, exported: Path, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.WARNING):
        pretend(few_shot("pseudo_label"), [[4.0, 4.0], [4.0, 4.0], [5.0, 5.0]]).run()
    assert "stage 2 was not accepted" in caplog.text and "from chance" not in caplog.text
    assert (read_card(exported)["stage_2_accepted"], read_card(exported)["validation_error_px"]) == (False, 4.0)
    assert same(exported, stage1 / "best.pt")


def test_clearly_worse_stage_two_is_told_without_other_reasons(few_shot: FewShot, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        pretend(few_shot("pseudo_label"), [[4.0, 4.0], [5.0, 5.0], [6.0, 6.0]]).run()
    assert "validation error 5.00 px at its best, 4.00 px with the weights of stage 1; the weights of" in caplog.text
    assert "level" not in caplog.text


def test_gain_that_may_be_chance_is_declined_and_its_weights_are_kept(
    few_shot: FewShot, stage1: Path, run: Path, exported: Path, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.WARNING):
        pretend(few_shot("pseudo_label"), DISAGREE).run()
    assert (
        "3.50 px at its best, 4.00 px with the weights of stage 1, which 2 film(s) cannot tell from chance"
        in caplog.text
    )
    verdict = json.loads((run / "acceptance.json").read_text())
    assert verdict["accepted"] is False and verdict["gain_px"] == 0.5 and verdict["gain_at_least_px"] < 0
    assert same(exported, stage1 / "best.pt")
    kept = run / "stage2.pt"
    assert not same(kept, exported) and read_card(kept)["validation_error_px"] == 3.5
    before = kept.read_bytes()
    few_shot("pseudo_label", resume=True).run()
    assert kept.read_bytes() == before and json.loads((run / "acceptance.json").read_text()) == verdict


def test_what_was_declined_can_be_accepted_after_all(few_shot: FewShot, run: Path, exported: Path, tmp_path: Path):
    pretend(few_shot("pseudo_label"), DISAGREE).run()
    declined = Path(shutil.copy(run / "stage2.pt", tmp_path))
    few_shot("pseudo_label", resume=True, accept_confidence=0.5).run()
    assert same(run / "best.pt", declined) and same(exported, declined)
    assert (read_card(exported)["stage_2_accepted"], read_card(exported)["validation_error_px"]) == (True, 3.5)
    assert same(run / "stage2.pt", declined)


def test_stage_two_can_start_from_another(few_shot: FewShot, run: Path, tmp_path: Path):
    pretend(few_shot("pseudo_label"), [[4.0, 5.0], [3.0, 4.0], [5.0, 5.0]]).run()
    second = tmp_path / "second"
    few_shot("few_shot_dag", stage1=str(run), output_dir=str(second), max_epochs=1).run()
    assert same(second / "stage1.pt", run / "best.pt")


def test_half_confidence_takes_every_smaller_mean(few_shot: FewShot, run: Path):
    pretend(few_shot("pseudo_label", accept_confidence=0.5), DISAGREE).run()
    verdict = json.loads((run / "acceptance.json").read_text())
    assert verdict["accepted"] is True and verdict["gain_at_least_px"] == verdict["gain_px"] == 0.5
