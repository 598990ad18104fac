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
        "2 of 8 trainings are done already",
        f"training: {name}",
        f"2 of 8 trainings done, running: {name}",
        f"2 of 8 trainings done, running: {name}: epoch 2 of 10, validation 12.35 px, 2 min left",
        f"resuming: {name}",
        f"{name}: mean error 3.00 px (3 of 8)",
    ]


def test_what_a_training_warns_of_is_said_once_and_at_once(plan_for: Callable, capsys: pytest.CaptureFixture[str]):
    dag, other = plan_for("dag", draws=2).cells()[:2]
    for cell in (dag, other):
        cell.folder.mkdir(parents=True)
    dag.log.write_text("09:00:00 WARNING of another day\n")
    progress = Progress(2, 0)
    progress.started(dag)
    with dag.log.open("a") as log:
        log.write("10:00:00 INFO epoch 1\n10:00:01 WARNING it takes long\n10:00:02 WARNING it is h")
        log.flush()
        progress.tick([dag])
        log.write("ot\nUserWarning: WARNING of a library\n")
    progress.tick([dag])
    progress.started(other)
    other.log.write_text("10:00:03 WARNING it takes long\n10:00:04 WARNING it rains\n")
    progress.finished(other, "done")
    progress.close()
    said = [line.split(" ", 1)[1] for line in capsys.readouterr().out.splitlines()]
    assert [line for line in said if line.startswith("warning")] == [
        f"warning: {dag}: it takes long",
        f"warning: {dag}: it is hot",
        f"warning: {other}: it rains",
    ]
