# SPDX-License-Identifier: Apache-2.0
"""Tests of the importer of the ISBI cephalogram text files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from bundle.errors import DatasetError
from bundle.importers.isbi import read_isbi
from bundle.importers.landmark_sets import CEPHALOGRAM

ROWS = [f"{10 + index},{20 + index}" for index in range(19)]
CLASSES = ["1", "1", "2", "1"]


@pytest.fixture
def films(tmp_path) -> Path:
    for name, size in (
        ("Training/001.bmp", (1935, 2400)),
        ("Training/150.bmp", (645, 800)),
        ("Test1/151.bmp", (645, 800)),
    ):
        (tmp_path / "films" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("1", size).save(tmp_path / "films" / name)
    return tmp_path / "films"


def annotate(folder: Path, name: str, rows: list[str]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text("\r\n".join([*rows, *CLASSES]))


def test_the_challenge_s_split_names_and_pixel_size_are_kept(films, tmp_path) -> None:
    for name in ("001", "150", "151"):
        annotate(tmp_path / "senior", name, ROWS)
    annotations = read_isbi(tmp_path / "senior", films, None)
    assert annotations.landmarks == CEPHALOGRAM.landmarks
    assert annotations.films[0].landmarks == tuple((10 + index, 20 + index) for index in range(19))
    assert [film.spacing for film in annotations.films] == [(0.1, 0.1), None, None]
    assert {path.as_posix(): split for path, split in annotations.splits.items()} == {
        "Training/001.bmp": "training",
        "Training/150.bmp": "training",
        "Test1/151.bmp": "test",
    }


@pytest.mark.parametrize(
    ("name", "rows", "sentence"),
    [
        ("001", ROWS[:10], r"001\.txt: has 14 lines where 19 points x,y are expected; complete the file"),
        ("001", [*ROWS[:4], "1;2", *ROWS[5:]], r"001\.txt, line 5: '1;2' is not a point x,y; correct the line"),
        ("001", [*ROWS[:4], "1,2,3", *ROWS[5:]], r"001\.txt, line 5: '2,3' is not a number"),
        ("002", ROWS, r"002\.txt: no image named '002'"),
    ],
)
def test_a_malformed_file(films, tmp_path, name, rows, sentence) -> None:
    annotate(tmp_path / "senior", name, rows)
    with pytest.raises(DatasetError, match=sentence):
        read_isbi(tmp_path / "senior", films, None)


def test_a_file_not_named_by_a_number(images, tmp_path) -> None:
    annotate(tmp_path / "senior", "a", ROWS)
    with pytest.raises(
        DatasetError, match=r"a\.txt: is not named by the number of its film; name it as the challenge does"
    ):
        read_isbi(tmp_path / "senior", images, None)
