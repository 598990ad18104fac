# SPDX-License-Identifier: Apache-2.0
"""What a run left is taken away by the next one, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bundle.errors import BundleError
from bundle.written_files import WrittenFiles


def left_by_a_run(folder: Path, *names: str, settled: bool = True, kind: str = "inference") -> None:
    written = WrittenFiles(folder, kind)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        written.announce(folder / name)
        (folder / name).write_text("result")
    if settled:
        written.settle()


def files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("settled", [True, False], ids=["a run that ended", "a run that was killed"])
def test_what_the_run_before_left_is_taken_away_and_nothing_else(tmp_path: Path, settled: bool):
    left_by_a_run(tmp_path, "a.png.json", "day 1/b.png.json", settled=settled)
    left_by_a_run(tmp_path, "metrics.json", kind="evaluation")
    (tmp_path / "mine.txt").write_text("a person's")
    WrittenFiles(tmp_path, "inference").take_away()
    assert files(tmp_path) == {"mine.txt", "metrics.json", ".evaluation_files.jsonl"}


def test_what_a_person_changed_is_not_taken_away(tmp_path: Path):
    left_by_a_run(tmp_path, "a.mrk.json", "b.mrk.json")
    (tmp_path / "b.mrk.json").write_text("corrected")
    with pytest.raises(BundleError, match=r"b\.mrk\.json: was changed since the run that wrote it; .* --output_dir"):
        WrittenFiles(tmp_path, "inference").take_away()
    assert {"a.mrk.json", "b.mrk.json"} < files(tmp_path)


def test_a_record_cut_short_is_read_as_far_as_it_goes(tmp_path: Path):
    left_by_a_run(tmp_path, "a.json", "b.json")
    record = tmp_path / ".inference_files.jsonl"
    record.write_text(record.read_text()[:-10])
    WrittenFiles(tmp_path, "inference").take_away()
    assert files(tmp_path) == set()


@pytest.mark.parametrize("name", ["../outside.txt", "link/outside.txt", "absolute"])
def test_a_record_cannot_name_a_file_outside(tmp_path: Path, name: str):
    folder, outside = tmp_path / "out", tmp_path / "outside.txt"
    folder.mkdir()
    outside.write_text("a person's")
    (folder / "link").symlink_to(tmp_path)
    line = json.dumps([str(outside) if name == "absolute" else name, None])
    (folder / ".inference_files.jsonl").write_text(f"{line}\n")
    WrittenFiles(folder, "inference").take_away()
    assert outside.read_text() == "a person's"
