# SPDX-License-Identifier: Apache-2.0
"""What tests read of a run's folder, and how they stop a run or find why it failed."""

from __future__ import annotations

import pytest
from ignite.engine import Events
from monai.bundle import ConfigWorkflow

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
