# SPDX-License-Identifier: Apache-2.0
"""What tests read of a run's folder, and how they stop a run or find why it failed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from ignite.engine import Events
from monai.bundle import ConfigWorkflow

from bundle.engines.weights import read_weights
from bundle.errors import bundle_error


def interrupt(workflow: ConfigWorkflow, iteration: int) -> None:
    """Run it, and press Ctrl-C after that many iterations."""
    workflow.trainer.add_event_handler(Events.ITERATION_COMPLETED(once=iteration), _press_ctrl_c)
    with pytest.raises(SystemExit) as stop:
        workflow.run()
    assert stop.value.code == 130


def _press_ctrl_c() -> None:
    raise KeyboardInterrupt


def cause_of(error: BaseException) -> str:
    """The sentence of a `BundleError`, from the chain of what MONAI's expressions made of it."""
    known = bundle_error(error)
    assert known is not None, f"no BundleError caused {error!r}"
    return str(known)


def require_windows_around(stage1: Path, run: Path) -> None:
    """Make sure that a run has trained windows, and left the graph of stage 1 as it was."""
    graph, start, best = (
        read_weights(file).state for file in (stage1 / "best.pt", run / "stage1.pt", run / "stage2.pt")
    )
    for state in (start, best):
        assert all(torch.equal(state[f"coarse.{name}"], value) for name, value in graph.items())
    assert not start["encoder.head.weight"].any() and best["encoder.head.weight"].any()
