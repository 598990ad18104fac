# SPDX-License-Identifier: Apache-2.0
"""Which cells are run, when, where, and what becomes of those that fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bundle.comparison import runner
from bundle.comparison.cells import Cell, Plan
from bundle.comparison.methods import DAG, MEAN_SHAPE, Method
from bundle.comparison.processes import Processes
from bundle.comparison.runner import devices_named, run_cells
from bundle.errors import BundleError, ConfigurationError

Make = Callable[..., Plan]


class Machine:
    """Stands in for the processes of cells: does at once what they would do, and notes it."""

    def __init__(self, write: Callable[..., None], cells: Sequence[Cell]) -> None:
        self.write = write
        self.cells = {str(cell.folder): cell for cell in cells}
        self.done: list[tuple[str, str, str]] = []
        self.broken: set[str] = set()
        self.diverged: set[int] = set()
        self.at_once = 0
        self._running = 0
        self._lock = threading.Lock()

    def run(self, _processes: Processes, words: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        cell = self.cells[str(log.parent)]
        with self._lock:
            self._running += 1
            self.at_once = max(self.at_once, self._running)
            self.done.append((words[4], f"{cell.method.key} {cell.draw}", environment["CUDA_VISIBLE_DEVICES"]))
        time.sleep(0.02)
        with self._lock:
            self._running -= 1
            if cell.method.key in self.broken:
                raise BundleError("the loss is no longer a number")
            if words[4] == "evaluate":
                self.write(cell, 2.0, converged=cell.draw not in self.diverged)
            else:
                self.write(cell, 2.0, converged=cell.draw not in self.diverged)
                (cell.evaluation / "metrics.json").unlink()

    def trained(self) -> list[str]:
        return [name for verb, name, _ in self.done if verb == "training"]

    def evaluated(self) -> list[str]:
        return [name for verb, name, _ in self.done if verb == "evaluate"]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, pretend: Callable[..., None], tmp_path: Path) -> Callable[..., Machine]:
    """A machine for the cells of a plan."""

    def make(plan: Plan) -> Machine:
        (tmp_path / "out").mkdir(exist_ok=True)
        made = Machine(pretend, plan.work())
        monkeypatch.setattr(Processes, "run", lambda *words: made.run(*words))
        monkeypatch.setattr(runner, "SECONDS_BETWEEN_LOOKS", 0.01)
        return made

    return make


def test_dag_is_trained_once_a_draw_and_everything_evaluated_once(plan_for: Make, machine: Any):
    comparison = plan_for("pi_model,pseudo_label", shots=(4,))
    made = machine(comparison)
    assert run_cells(comparison.work(), 1, ["cpu"]) == []
    assert made.trained() == [f"{key} {draw}" for draw in (0, 1) for key in ("dag", "pseudo_label", "pi_model")]
    assert sorted(made.evaluated()) == sorted([*made.trained(), "mean_shape 0", "mean_shape 1"])
    assert all(cell.done for cell in comparison.cells())
    done = list(made.done)
    assert run_cells(comparison.work(), 1, ["cpu"]) == []
    assert made.done == done


def test_what_is_there_is_not_done_again(plan_for: Make, machine: Any, pretend: Callable):
    comparison = plan_for("pi_model", shots=(4,), draws=1)
    made = machine(comparison)
    dag, _, pi_model = comparison.cells()
    pretend(dag, 1.0)
    pretend(pi_model, 1.0)
    (pi_model.evaluation / "metrics.json").unlink()
    run_cells(comparison.work(), 1, ["cpu"])
    assert made.done == [("evaluate", "mean_shape 0", ""), ("evaluate", "pi_model 0", "")]


def test_stage_2_is_not_trained_where_stage_1_did_not_converge(plan_for: Make, machine: Any, capsys: Any):
    comparison = plan_for("pi_model", shots=(4,))
    made = machine(comparison)
    made.diverged = {0}
    assert run_cells(comparison.work(), 1, ["cpu"]) == []
    assert made.trained() == ["dag 0", "dag 1", "pi_model 1"]
    assert sorted(made.evaluated()) == ["dag 0", "dag 1", "mean_shape 0", "mean_shape 1", "pi_model 1"]
    assert "Π-model, 4 labelled films, draw 0: not begun, since stage 1 did not converge" in capsys.readouterr().out


def test_stage_2_goes_on_from_a_stage_1_that_did_not_converge_where_that_is_accepted(plan_for: Make, machine: Any):
    comparison = plan_for("pi_model", shots=(4,), settings={"accept_unconverged": "True"})
    made = machine(comparison)
    made.diverged = {0}
    assert run_cells(comparison.work(), 1, ["cpu"]) == []
    assert sorted(made.trained()) == ["dag 0", "dag 1", "pi_model 0", "pi_model 1"]


def test_windows_are_trained_before_what_starts_from_them(plan_for: Make, machine: Any):
    comparison = plan_for("windows_multi_view", shots=(4,))
    made = machine(comparison)
    assert run_cells(comparison.work(), 1, ["cpu"]) == []
    assert made.trained() == [f"{key} {draw}" for draw in (0, 1) for key in ("dag", "windows", "windows_multi_view")]


def test_a_warm_up_waits_for_a_stage_1_that_converged(plan_for: Make, machine: Any):
    comparison = plan_for("pi_model,recommended", shots=(4,))
    made = machine(comparison)
    made.diverged = {0}
    assert run_cells(comparison.work(), 1, ["cpu"]) == []
    assert made.trained() == ["dag 0", "dag 1", "warm_up 0", "pi_model 1", "recommended 1"]


def test_a_warm_up_that_no_method_waits_for_is_not_trained(plan_for: Make, machine: Any, capsys: Any):
    comparison = plan_for("recommended", shots=(4,))
    made = machine(comparison)
    made.diverged = {0, 1}
    assert run_cells(comparison.work(), 1, ["cpu"]) == []
    assert made.trained() == ["dag 0", "dag 1"]
    assert "Warm-up: not begun, since no method waits for it" in capsys.readouterr().out


def test_a_warm_up_does_not_leave_a_worker_idle(plan_for: Make, machine: Any):
    comparison = plan_for("recommended", shots=(4,), draws=1)
    made = machine(comparison)
    assert run_cells(comparison.work(), 2, ["cpu"]) == []
    assert made.trained()[:2] in (["dag 0", "warm_up 0"], ["warm_up 0", "dag 0"])


def test_a_cell_that_fails_ends_no_other(plan_for: Make, machine: Any):
    comparison = plan_for("pi_model,pseudo_label", shots=(4,), draws=1)
    made = machine(comparison)
    made.broken = {"pseudo_label"}
    (failure,) = run_cells(comparison.work(), 1, ["cpu"])
    assert failure.cell.method.key == "pseudo_label"
    assert failure.sentence == f"the loss is no longer a number (log: {failure.cell.log})"
    assert "pi_model 0" in made.evaluated()


def test_without_dag_nothing_of_the_draw_starts(plan_for: Make, machine: Any):
    comparison = plan_for("pi_model", shots=(4,), draws=1)
    made = machine(comparison)
    made.broken = {"dag"}
    failures = run_cells(comparison.work(), 2, ["cpu"])
    assert [failure.cell.method.key for failure in failures] == ["dag", "mean_shape", "pi_model"]
    assert failures[1].sentence == "not begun, since DAG, 4 labelled films, draw 0 failed"
    assert made.trained() == ["dag 0"]


def test_another_network_of_stage_1_needs_no_dag(plan_for: Make, machine: Any):
    other = Method("other", "Another network", 1, ("methods/other.json",))
    comparison = replace(plan_for("dag", shots=(4,), draws=1), methods=(MEAN_SHAPE, other, DAG))
    made = machine(comparison)
    made.broken = {"dag"}
    failures = run_cells(comparison.work(), 1, ["cpu"])
    assert made.trained() == ["dag 0", "other 0"]
    assert made.evaluated() == ["other 0"]
    assert [failure.cell.method.key for failure in failures] == ["dag", "mean_shape"]


def test_workers_take_the_devices_in_turn(plan_for: Make, machine: Any):
    comparison = plan_for(shots=(4,), draws=4)
    made = machine(comparison)
    assert run_cells(comparison.work(), 3, ["GPU-a", "GPU-b"]) == []
    assert made.at_once == 3
    assert {device for _, _, device in made.done} == {"GPU-a", "GPU-b"}
    # three threads start at once, so their order is not ours to say
    assert sorted(device for _, _, device in made.done[:3]) == ["GPU-a", "GPU-a", "GPU-b"]


def test_ctrl_c_ends_the_processes(plan_for: Make, machine: Any, monkeypatch: pytest.MonkeyPatch):
    comparison = plan_for("dag", shots=(4,))
    machine(comparison)
    ended = []
    monkeypatch.setattr(Processes, "end", lambda self: ended.append(self))

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_cells(comparison.work(), 1, ["cpu"], changed=interrupt)
    assert len(ended) == 1


def test_devices_by_name(monkeypatch: pytest.MonkeyPatch):
    import torch

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert devices_named("auto") == devices_named("cpu") == ["cpu"]
    with pytest.raises(ConfigurationError, match="no device '0'; give cpu or numbers, there is no GPU"):
        devices_named("0")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert devices_named("auto") == ["0", "1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,GPU-b")
    assert devices_named("auto") == ["3", "GPU-b"]
    assert devices_named("1,cpu") == ["GPU-b", "cpu"]
    with pytest.raises(ConfigurationError, match="no device '3'; give cpu or numbers, there is GPUs 0, 1"):
        devices_named("3")
