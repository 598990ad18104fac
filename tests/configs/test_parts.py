# SPDX-License-Identifier: Apache-2.0
"""Repeated parts as a user trains them: a graph of parts, windows around its landmarks, and stage 2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from monai.bundle import ConfigWorkflow

from bundle.dataset.description import read_dataset, write_dataset
from bundle.engines import SemiSupervisedTrainer, read_weights
from bundle.engines.weights import read_checkpoint
from bundle.networks import PartGraph, WindowedGraph, part_graph
from bundle.run_folder import read_history
from run_folders import cause_of, interrupt

Training = Callable[..., ConfigWorkflow]
PLAIN = {"validate#handlers": [], "batch_size": 2}


@pytest.fixture
def chain(dataset: Path) -> Path:
    """The triangles, whose corners are declared a chain of three parts of one landmark, two of them a pair."""
    described = read_dataset(dataset)
    parts = {f"part {name}": (name,) for name in described.landmarks}
    pair = described.landmarks[:2]
    write_dataset(dataset, replace(described, parts=parts, repeated=True, pairs=(pair,)))
    return dataset


@pytest.fixture
def stage1(chain: Path, training: Training, tmp_path: Path) -> Path:
    run = tmp_path / "stage1"
    training("parts.yaml", **PLAIN, output_dir=str(run), converged_below=1000, max_epochs=1).run()
    return run


def test_cut_and_resumed_equals_uncut(chain: Path, training: Training, tmp_path: Path):
    uncut, cut = tmp_path / "uncut", tmp_path / "cut"
    workflow = training("parts.yaml", **PLAIN, output_dir=str(uncut))
    workflow.run()
    interrupt(training("parts.yaml", **PLAIN, output_dir=str(cut)), 3)
    training("parts.yaml", **PLAIN, output_dir=str(cut), resume=True).run()
    assert isinstance(workflow.network_def, PartGraph)
    assert read_history(cut) == read_history(uncut)
    torch.testing.assert_close(read_checkpoint(cut / "last.pt"), read_checkpoint(uncut / "last.pt"), rtol=0, atol=0)


def test_windows_go_on_from_the_graph_of_parts(stage1: Path, training: Training, tmp_path: Path):
    run = tmp_path / "windows"
    settings = {**PLAIN, "stage1": str(stage1), "window": 32, "widths": [8], "output_dir": str(run)}
    workflow = training("parts.yaml", "windows.yaml", "methods/parts_windows.yaml", **settings)
    workflow.run()
    graph, start = read_weights(stage1 / "best.pt").state, read_weights(run / "stage1.pt").state
    assert all(torch.equal(start[f"coarse.{name}"], value) for name, value in graph.items())
    assert isinstance(workflow.network_def, WindowedGraph)
    assert workflow.network_def.encoder.embedding.num_embeddings == 1  # all corners look alike


def test_every_teacher_can_teach_it(stage1: Path, training: Training, tmp_path: Path):
    settings = {**PLAIN, "stage1": str(stage1), "output_dir": str(tmp_path / "stage2"), "ratio": 1, "max_epochs": 1}
    training("parts.yaml", "few_shot.yaml", "methods/few_shot_dag_js.yaml", **settings).run()
    assert read_history(tmp_path / "stage2")


def test_a_step_looks_for_no_chain_that_its_teacher_does_not_remember(
    stage1: Path, training: Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    in_steps: list[torch.Tensor] = []
    find, step = part_graph.most_likely_chain, SemiSupervisedTrainer._step

    def looked_for_in_step(trainer: SemiSupervisedTrainer, *arguments: Any) -> Any:
        with monkeypatch.context() as patched:
            patched.setattr(part_graph, "most_likely_chain", lambda *asked: in_steps.append(asked[0]) or find(*asked))
            return step(trainer, *arguments)

    monkeypatch.setattr(SemiSupervisedTrainer, "_step", looked_for_in_step)
    settings = {**PLAIN, "stage1": str(stage1), "ratio": 1, "max_epochs": 1, "epoch_length": 2}
    for method, remembers in (("pseudo_label", False), ("temporal_ensemble", True)):
        in_steps.clear()
        overlays = ("parts.yaml", "few_shot.yaml", f"methods/{method}.yaml")
        training(*overlays, **settings, output_dir=str(tmp_path / method)).run()
        assert bool(in_steps) is remembers


def test_the_teacher_that_is_sure_of_films_is_resumed_exactly(stage1: Path, training: Training, tmp_path: Path):
    overlays = ("parts.yaml", "few_shot.yaml", "methods/confident_pseudo_label.yaml")
    uncut, cut = tmp_path / "uncut", tmp_path / "cut"
    settings = {**PLAIN, "stage1": str(stage1), "confident_share": 0.5, "max_epochs": 2, "epoch_length": 4}
    training(*overlays, **settings, output_dir=str(uncut)).run()
    interrupt(training(*overlays, **settings, output_dir=str(cut)), 5)
    training(*overlays, **settings, output_dir=str(cut), resume=True).run()
    assert read_history(cut) == read_history(uncut)
    teachers = [read_checkpoint(run / "last.pt")["teacher"] for run in (uncut, cut)]
    torch.testing.assert_close(*teachers, rtol=0, atol=0, equal_nan=True)
    assert teachers[0]["log_likelihood"].isfinite().any()


def test_without_declared_parts_it_says_what_to_declare(dataset: Path, training: Training):
    with pytest.raises(RuntimeError) as raised:
        training("parts.yaml", **PLAIN).run()
    assert "dataset.json: repeated: declares no repeated parts" in cause_of(raised.value)
