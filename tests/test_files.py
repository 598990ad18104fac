# SPDX-License-Identifier: Apache-2.0
"""Files are written whole, for their owner alone, whatever their name, and what cannot be written is said."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from bundle.errors import BundleError, StorageError
from bundle.files import append_text, require_writable, write_text, write_whole


@pytest.fixture(params=[0o022, 0o000, 0o377], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """The umask of most users, of none, and one stricter than ours."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


WRITERS: dict[str, Callable[[Path], object]] = {
    "text": lambda file: file.write_text("x"),
    "copy": lambda file: shutil.copyfile(__file__, file),
    "weights": lambda file: torch.save({"a": torch.zeros(2)}, file),
    "picture": lambda file: Image.new("L", (4, 4)).save(file, format="PNG"),
    "array": lambda file: file.open("wb").write(np.zeros(2).tobytes()),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_written_is_for_its_owner_alone(tmp_path: Path, kind: str):
    write_whole(tmp_path / "a" / "b" / "result", WRITERS[kind])
    assert mode(tmp_path / "a" / "b" / "result") == 0o600
    assert mode(tmp_path / "a") == mode(tmp_path / "a" / "b") == 0o700


def test_a_stricter_umask_holds_and_a_laxer_one_does_not(tmp_path: Path, umask: int):
    require_writable(*([tmp_path / "made"] if umask != 0o377 else []))
    append_text(tmp_path / "table.csv", "a,b\n")
    write_text(tmp_path / "text", "x")
    assert mode(tmp_path / "table.csv") == mode(tmp_path / "text") == 0o600 & ~umask
    assert umask == 0o377 or mode(tmp_path / "made") == 0o700


def test_a_folder_that_was_there_stays_as_it_is(tmp_path: Path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o775)
    write_text(tmp_path / "shared" / "result", "x")
    require_writable(tmp_path / "shared")
    assert mode(tmp_path / "shared") == 0o775


@pytest.mark.parametrize("length", [200, 239, 255])
def test_a_name_may_be_as_long_as_the_disk_takes(tmp_path: Path, length: int):
    write_text(tmp_path / ("m" * length), "x")
    assert [len(file.name) for file in tmp_path.iterdir()] == [length]


def test_a_name_that_is_too_long_is_no_fault_of_the_disk(tmp_path: Path):
    with pytest.raises(BundleError, match=r"cannot be written \(File name too long\); rename") as raised:
        write_text(tmp_path / ("m" * 256), "x")
    assert not isinstance(raised.value, StorageError)


def test_a_full_disk_is(tmp_path: Path):
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    write_text(tmp_path / "result", "older")
    with pytest.raises(StorageError, match=r"result: cannot be written \(No space left on device\); free space"):
        write_whole(tmp_path / "result", full)
    assert (tmp_path / "result").read_text() == "older"
    assert len(list(tmp_path.iterdir())) == 1
