# SPDX-License-Identifier: Apache-2.0
"""What a log gets to read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bundle.comparison import progress as module
from bundle.comparison.progress import Progress
from bundle.run_folder import RunProgress, write_progress


def test_lines_say_what_is_done_and_how_far_the_rest_is(
    plan_for: Callable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LINES", -1.0)
    dag, *_ = plan_for("dag").cells()
    progress = Progress(8, 2)
    progress.started(dag)
    progress.tick([dag])
    dag.folder.mkdir(parents=True)
    write_progress(dag.folder, RunProgress(2, 10, 130, 12.345))
    (dag.folder / "last.pt").touch()
    progress.tick([dag])
    progress.started(dag)
    progress.finished(dag, "mean error 3.00 px")
    progress.close()
    lines = [line.split(" ", 1)[1] for line in capsys.readouterr().out.splitlines()]
    name = "DAG, 1 labelled film, draw 0"
    assert lines == [
        "2 of 8 cells are done already",
        f"training: {name}",
        f"2 of 8 cells done, running: {name}",
        f"2 of 8 cells done, running: {name}: epoch 2 of 10, validation 12.35 px, 2 min left",
        f"resuming: {name}",
        f"{name}: mean error 3.00 px (3 of 8)",
    ]
