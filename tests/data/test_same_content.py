# SPDX-License-Identifier: Apache-2.0
"""Copies of test films are found, and nothing else is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bundle.data import same_content as module
from bundle.data.datalist import datalist
from bundle.data.same_content import copies, require_unseen_test
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
