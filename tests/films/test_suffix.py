# SPDX-License-Identifier: Apache-2.0
"""The suffixes of films are those that the readers read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle.films.load_radiograph import READERS
from bundle.films.suffix import FILM, has_suffix, without_suffix


@pytest.mark.parametrize("suffix", FILM)
def test_every_suffix_is_of_a_format_that_is_read(tmp_path: Path, suffix: str):
    (tmp_path / f"film.{suffix}").touch()
    assert any(reader.verify_suffix(tmp_path / f"film.{suffix}") for reader in READERS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.nii.gz", "a"), ("a.b.PNG", "a.b"), ("1.2.840", "1.2.840"), ("a.mhd", "a"), ("a.png.json", "a.png.json")],
)
def test_a_name_loses_its_suffix(name: str, expected: str):
    assert without_suffix(name) == expected


def test_all_of_several_names_must_end_in_a_suffix():
    assert has_suffix(["a.png", Path("b.PNG")], ("png",))
    assert not has_suffix(["a.png", "b.jpg"], ("png",))
    assert not has_suffix("a.png.json", ("png",))
