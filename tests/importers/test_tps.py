# SPDX-License-Identifier: Apache-2.0
"""Tests of the importer of tpsDig's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.tps import read_tps


def write(folder: Path, text: str) -> Path:
    (folder / "hips.TPS").write_text(text)
    return folder / "hips.TPS"


# As tpsDig2 writes it, with a curve after the landmarks of the first film; the films have 80 rows.
TEXT = """LM=2
10.50000 60.00000
-1.00000 -1.00000
CURVES=1
POINTS=2
1.00000 1.00000
2.00000 2.00000
IMAGE=D:\\films\\a.png
ID=0
SCALE=0.012346
LM=2
30,5 79,5
0.5 0.5
IMAGE=more/c.png
ID=1
LM=0
IMAGE=b.png
ID=2
"""


def test_y_counts_from_below(images) -> None:
    annotations = read_tps(write(images, TEXT), None, None)
    assert annotations.landmarks == ("landmark 1", "landmark 2")
    assert annotations.films == (
        Film(Path("a.png"), ((10, 19.5), None)),
        Film(Path("more/c.png"), ((30, 0), (0, 79))),
        Film(Path("b.png")),
    )


def test_given_names_are_taken_in_order(images) -> None:
    annotations = read_tps(write(images, TEXT), None, ("hip", "knee"))
    assert annotations.landmarks == ("hip", "knee")
    assert annotations.films[0].landmarks == ((10, 19.5), None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("LM=1\n1 2\nID=0\n", "line 1: the block names no image; add a line IMAGE="),
        ("LM=2\n1 2\nIMAGE=a.png\n", "line 1: counts 2 points and 1 follow; complete them"),
        ("LM=1\n1 2\n3 4\nIMAGE=a.png\n", "line 3: '3 4' is none of the points that LM= counts"),
        (
            "LM=1\n1 2\nIMAGE=a.png\nLM=2\n1 2\n3 4\nIMAGE=b.png\n",
            "line 1: has 1 points where 2 landmarks are expected",
        ),
        ("LM=1\n1\nIMAGE=a.png\n", "line 2: '1' is not a point x y; correct the line"),
        ("LM=1\n1 two\nIMAGE=a.png\n", "line 2: 'two' is not a number"),
        ("LM=two\nIMAGE=a.png\n", "line 1: 'two' is not a number of points"),
        ("LM3=1\n1 2 3\nIMAGE=a.png\n", r"line 1: has points in space \(LM3\)"),
        ("IMAGE=a.png\nLM=1\n1 2\n", "line 1: stands before the first LM="),
        ("LM=1\n1 2\nIMAGE=a.png\n" * 2, "line 4: a.png is annotated before"),
        ("hello\n", "line 1: 'hello' is none of the points"),
        ("LM=0\nIMAGE=a.png\n", "has no labelled point"),
    ],
)
def test_a_malformed_file(images, text, sentence) -> None:
    with pytest.raises(DatasetError, match=sentence):
        read_tps(write(images, text), None, None)


def test_other_names_than_points(images) -> None:
    with pytest.raises(DatasetError, match="has 2 points where 3 landmarks are expected, and their order alone tells"):
        read_tps(write(images, TEXT), None, ("hip", "knee", "ankle"))
