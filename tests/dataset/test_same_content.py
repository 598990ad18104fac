# SPDX-License-Identifier: Apache-2.0
"""Copies of test films are found, and nothing else is."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from bundle.dataset import same_content as module
from bundle.dataset.datalist import datalist
from bundle.dataset.same_content import copies, require_unseen_test
from bundle.errors import DatasetError


def test_copy_of_a_test_film_is_refused_and_both_are_named(dataset: Path):
    name = datalist(dataset, "training")[1]["name"]
    shutil.copyfile(dataset / "9.png", dataset / name)
    with pytest.raises(DatasetError, match=rf"dataset\.json: the film '{name}' has the content .* film '9\.png', so"):
        require_unseen_test(dataset, datalist(dataset, "training"))


def test_other_films_pass(dataset: Path):
    require_unseen_test(dataset, datalist(dataset, "training"))


@pytest.mark.parametrize("changed", [0, 500, 999])
def test_equal_size_and_piece_are_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: int):
    monkeypatch.setattr(module, "SAMPLE_BYTES", 4)
    original, copy, other = (tmp_path / name for name in ("original", "copy", "other"))
    content = bytearray(1000)
    original.write_bytes(content)
    copy.write_bytes(content)
    content[changed] = 1
    other.write_bytes(content)
    assert copies({"copy": copy, "other": other}, {"original": original}) == {"copy": "original"}


def test_each_file_is_read_at_most_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Once a piece of it, once whole, however many files have its size and its piece."""
    monkeypatch.setattr(module, "SAMPLE_BYTES", 4)
    files = {str(number): tmp_path / str(number) for number in range(12)}
    for number, file in enumerate(files.values()):
        content = bytearray(100)
        content[0] = number // 4  # three contents of one size and one piece, four files each
        file.write_bytes(content)
    films, originals = dict(list(files.items())[::2]), dict(list(files.items())[1::2])
    reads: Counter[Path] = Counter()
    opened = Path.open

    def count(path: Path, *arguments: object, **settings: object) -> object:
        reads[path] += 1
        return opened(path, *arguments, **settings)

    monkeypatch.setattr(Path, "open", count)
    assert copies(films, originals) == {"0": "1", "2": "1", "4": "5", "6": "5", "8": "9", "10": "9"}
    assert set(reads) == set(files.values()) and max(reads.values()) <= 2


def test_films_of_no_shared_size_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "film").write_bytes(b"film")
    (tmp_path / "original").write_bytes(b"original")
    monkeypatch.setattr(Path, "open", None)
    assert copies({"film": tmp_path / "film"}, {"original": tmp_path / "original"}) == {}
