# SPDX-License-Identifier: Apache-2.0
"""Stage 2 as a user runs it: the shipped configs on files on disk."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from ignite.engine import Events
from monai.bundle import ConfigWorkflow

from bundle.engines.weights import read_checkpoint
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.run_folder import read_history
from run_folders import cause_of, interrupt

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
NOT_HERE = {
    "spatial_configuration_net",
    "parts_windows",
    "windows_matching",
    "confident_pseudo_label",
}  # other networks
METHODS = sorted({file.stem for file in (CONFIGS / "methods").glob("*.yaml")} - NOT_HERE)
FewShot = Callable[..., ConfigWorkflow]


@pytest.mark.parametrize("method", METHODS)
def test_cut_and_resumed_equals_uncut(few_shot: FewShot, tmp_path: Path, method: str):
    uncut, cut = tmp_path / "uncut", tmp_path / "cut"
    few_shot(method, output_dir=str(uncut)).run()
    interrupted = few_shot(method, output_dir=str(cut))
    interrupt(interrupted, 5)
    assert len(read_history(cut)) == 2
    few_shot(method, output_dir=str(cut), resume=True).run()
    assert read_history(cut) == read_history(uncut)
    for name in ("last.pt", "best.pt"):
        assert_same(read_checkpoint(uncut / name), read_checkpoint(cut / name))
    memories = [[file.read_bytes() for file in sorted(run.glob("*.npy"))] for run in (uncut, cut)]
    assert memories[0] == memories[1]
    assert bool(memories[0]) == (method in ("temporal_ensemble", "multi_view", "recommended", "windows_multi_view"))


def assert_same(one: Any, other: Any) -> None:
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, list):
        for mine, theirs in zip(one, other, strict=True):
            assert_same(mine, theirs)
    elif isinstance(one, torch.Tensor):
        torch.testing.assert_close(one, other, rtol=0, atol=0, equal_nan=True)
    else:
        assert one == other


def test_every_term_is_kept_under_its_own_name(few_shot: FewShot, tmp_path: Path):
    workflow = few_shot("few_shot_dag_js", ratio=2)
    alphas, kinds = [], []

    def look(engine: Any) -> None:
        alphas.append(engine.state.output["alpha"])
        kinds.append("global_loss" in engine.state.output)
        if not kinds[-1]:
            terms = {name: float(engine.state.output[name]) for name in engine.state.output if name.endswith("loss")}
            parts = terms["pseudo_global_loss"] + terms["pseudo_local_loss"] + terms["js_loss"]
            assert terms["loss"] == pytest.approx(parts, rel=1e-5)

    workflow.trainer.add_event_handler(Events.ITERATION_COMPLETED, look)
    workflow.run()
    assert kinds == [True, False, False] * 2
    assert alphas == [0.99] * 6
    rows = read_history(tmp_path / "few_shot")
    assert rows[0]["loss"] is None and rows[0]["validation_error_px"] == rows[0]["student_error_px"]
    measured = {"loss", "global_loss", "local_loss", "pseudo_global_loss", "pseudo_local_loss", "js_loss", "alpha"}
    for row in rows[1:]:
        assert all(row[name] >= 0 for name in measured | {"validation_error_px", "student_error_px"})
    assert 0 < rows[-1]["js_loss"] <= 0.6931 / 64
    assert list((tmp_path / "few_shot" / "tensorboard").glob("events*"))


def test_noise_reaches_the_student_alone(few_shot: FewShot):
    trainer = few_shot("few_shot_dag", noise_std=0.05).trainer
    seen: dict[str, torch.Tensor] = {}
    for name, network in (("student", trainer.network), ("teacher", trainer.teacher.network)):
        network.backbone.register_forward_pre_hook(lambda _, args, name=name: seen.setdefault(name, args[0]))
    batch = next(batch for batch in trainer.data_loader if isinstance(batch, UnlabelledBatch))
    trainer._unlabelled(batch)
    assert torch.equal(seen["teacher"], batch.view.image)
    noise = seen["student"] - seen["teacher"]
    away_from_the_ends = (seen["teacher"] > 0.2) & (seen["teacher"] < 0.8)
    assert noise[away_from_the_ends].std().item() == pytest.approx(0.05, rel=0.2)
    assert seen["student"].min() >= 0 and seen["student"].max() <= 1


def test_unreadable_film_is_passed_over(
    few_shot: FewShot, dataset: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    workflow = few_shot("pseudo_label")
    pool = workflow.parser.get_parsed_content("train#unlabelled#data")
    film = Path(pool[0]["image"])
    film.write_bytes(film.read_bytes()[:1000])
    with caplog.at_level(logging.WARNING):
        workflow.run()
    lines = [record.message for record in caplog.records if "passed over" in record.message]
    assert len(lines) == 1 and film.name in lines[0]
    assert len(read_history(tmp_path / "few_shot")) == 3


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ({"image_size": 64}, "trained with image_size 32, this run has 64"),
        (
            {"percentiles": [1, 99]},
            "this run has [1.0, 99.0]; give --percentiles [0.5, 99.5]",
        ),
        ({"hidden_features": 12}, "trained with hidden_features 8, this run has 12"),
        ({"shots": 3}, "trained with shots 4, this run has 3"),
        ({"ratio": -1}, "--ratio: -1 is less"),
        ({"ratio": 0.5}, "--ratio: 0.5 is not of type"),
        ({"batch_size": 0}, "--batch_size: 0 is less"),
        ({"noise_std": 0.1, "model": "other"}, "--model: 'other' is not one of"),
        ({"js_reduction": "sum"}, "--js_reduction: 'sum' is not one of"),
        ({"batch_norm": "none"}, "--batch_norm: 'none' is not one of"),
        ({"accept_confidence": 0.4}, "--accept_confidence: 0.4 is less"),
        ({"accept_confidence": 1}, "--accept_confidence: 1 is greater"),
        ({"stage1": "nowhere"}, "no such weights file"),
    ],
)
def test_bad_settings_are_refused_in_a_sentence(few_shot: FewShot, tmp_path: Path, override: dict, words: str):
    with pytest.raises(RuntimeError) as raised:
        few_shot("few_shot_dag_js", **override).run()
    assert words in cause_of(raised.value)
    assert not (tmp_path / "models").exists() or not list((tmp_path / "models").iterdir())


@pytest.mark.parametrize("method", ["pi_model", "pseudo_label", "temporal_ensemble"])
def test_a_method_without_teacher_network_has_the_student_as_model(few_shot: FewShot, method: str):
    with pytest.raises(RuntimeError) as raised:
        few_shot(method, model="teacher").run()
    assert "give --model student" in cause_of(raised.value)


def test_temporal_ensemble_has_no_feature_map_to_compare(few_shot: FewShot):
    with pytest.raises(RuntimeError) as raised:
        few_shot("temporal_ensemble", w2=1.0).run()
    assert "give --w2 0" in cause_of(raised.value)


def test_no_unlabelled_film_is_said(few_shot: FewShot, stage1: Path):
    card = json.loads((stage1 / "best.json").read_text())
    (stage1 / "best.json").write_text(json.dumps({**card, "shots": 6}))
    with pytest.raises(RuntimeError) as raised:
        few_shot("few_shot_dag", shots=6).run()
    assert "no unlabelled film" in cause_of(raised.value)


def test_test_film_in_the_pool_is_leakage(few_shot: FewShot, dataset: Path):
    workflow = few_shot("few_shot_dag")
    (dataset / "8.png").write_bytes(
        Path(workflow.parser.get_parsed_content("train#unlabelled#data")[0]["image"]).read_bytes()
    )
    with pytest.raises(RuntimeError) as raised:
        few_shot("few_shot_dag").run()
    assert "has the content of the test film '8.png'" in cause_of(raised.value)


def test_stage_one_of_another_network_is_refused(few_shot: FewShot, stage1: Path):
    card = json.loads((stage1 / "best.json").read_text())
    network = {"name": "SpatialConfigurationNet", "channels": 32}
    (stage1 / "best.json").write_text(json.dumps({**card, "network": network}))
    with pytest.raises(RuntimeError) as raised:
        few_shot("few_shot_dag").run()
    sentence = cause_of(raised.value)
    assert "best.pt: its network is a SpatialConfigurationNet" in sentence
    assert "its network is a SpatialConfigurationNet, and this training goes on from a DeepAdaptiveGraph" in sentence


def test_stage_one_of_other_landmarks_is_refused(few_shot: FewShot, dataset: Path):
    document = json.loads((dataset / "dataset.json").read_text())
    (dataset / "dataset.json").write_text(json.dumps({**document, "landmarks": ["hip", "knee", "ankle"]}))
    with pytest.raises(RuntimeError) as raised:
        few_shot("few_shot_dag").run()
    assert "best.pt: was trained on other landmarks" in cause_of(raised.value)


@pytest.mark.parametrize("content", ['{"converged": false}', "{}"])
def test_stage_one_has_to_have_converged(few_shot: FewShot, stage1: Path, content: str):
    (stage1 / "convergence.json").write_text(content)
    with pytest.raises(RuntimeError) as raised:
        few_shot("pi_model").run()
    assert "convergence.json" in cause_of(raised.value)


def test_unconverged_stage_one_goes_on_when_asked(few_shot: FewShot, stage1: Path, tmp_path: Path):
    (stage1 / "convergence.json").write_text('{"converged": false}')
    few_shot("pi_model", accept_unconverged=True, max_epochs=1).run()
    assert (tmp_path / "models" / "model.pt").is_file()


def test_loss_that_is_no_number_stops_the_run(few_shot: FewShot, tmp_path: Path):
    workflow = few_shot("pi_model", ratio=100)  # epoch 2 has no labelled batch, and the teacher breaks with the student
    workflow.trainer.add_event_handler(
        Events.ITERATION_STARTED(once=5), lambda: workflow.trainer.network.mean_shape.fill_(torch.nan)
    )
    with pytest.raises(RuntimeError) as raised:
        workflow.run()
    assert "loss is no longer a number in epoch 2" in cause_of(raised.value)
    assert all(
        torch.isfinite(tensor).all()
        for tensor in read_checkpoint(tmp_path / "few_shot" / "last.pt")["network"].values()
    )
