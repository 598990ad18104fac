# SPDX-License-Identifier: Apache-2.0
"""What other processes read of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle.run_folder import PROGRESS, RunProgress, duration, read_progress, write_progress


def test_progress_is_read_as_it_was_written_and_says_itself(tmp_path: Path):
    written = RunProgress(3, 120, 700.5, 9.4321)
    write_progress(tmp_path, written)
    assert read_progress(tmp_path) == written
    assert str(written) == "epoch 3 of 120, validation 9.43 px, 12 min left"
    assert str(RunProgress(1, 2, 5)) == "epoch 1 of 2, 5 s left"


@pytest.mark.parametrize("content", [None, "", "[1]", '{"epoch": 1}', '{"other": 1}'])
def test_no_progress_is_read_where_there_is_none(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / PROGRESS).write_text(content)
    assert read_progress(tmp_path) is None


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5000, "83 min"), (12000, "3 h 20 min")]
)
def test_a_time_to_wait_is_said_as_a_person_does(seconds: float, words: str):
    assert duration(seconds) == words
