# SPDX-License-Identifier: Apache-2.0
"""Tests of the DeepLabCut importer."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.deeplabcut import read_deeplabcut

FILMS = (Film(Path("a.png"), ((10.5, 20), None)), Film(Path("more/c.png"), ((3, 4), (5, 6))))


def write(folder: Path, *rows: str) -> Path:
    (folder / "CollectedData_me.csv").write_text("\n".join(rows) + "\n")
    return folder / "CollectedData_me.csv"


LABELLED = ("scorer,me,me,me,me", "bodyparts,hip,hip,knee,knee", "coords,x,y,x,y")


def test_pixel_centres_are_at_whole_numbers(images) -> None:
    rows = ["labeled-data/video/a.png,10.5,20.0,,", "labeled-data/more/c.png,3,4,5,6", "labeled-data/video/b.png,,,,"]
    annotations = read_deeplabcut(write(images, *LABELLED, *rows), None, None)
    assert annotations.landmarks == ("hip", "knee")
    assert annotations.films == (*FILMS, Film(Path("b.png")))


def test_the_image_may_stand_in_three_columns(images) -> None:
    head = ["scorer,,,me,me,me,me", "bodyparts,,,hip,hip,knee,knee", "coords,,,x,y,x,y"]
    rows = ["labeled-data,video,a.png,10.5,20.0,,", "labeled-data,more,c.png,3,4,5,6"]
    assert read_deeplabcut(write(images, *head, *rows), None, None).films == FILMS


def test_an_unlikely_prediction_is_missing(images) -> None:
    head = ["scorer" + ",net" * 6, "bodyparts,hip,hip,hip,knee,knee,knee", "coords,x,y,likelihood,x,y,likelihood"]
    rows = ["a.png,10.5,20,0.99,1,1,0.59", "more/c.png,3,4,0.6,5,6,1"]
    assert read_deeplabcut(write(images, *head, *rows), None, None).films == FILMS


ANIMALS = ("scorer" + ",me" * 4, "individuals,one,one,two,two", "bodyparts,hip,hip,hip,hip", "coords,x,y,x,y")


def test_a_fourth_row_names_the_individuals(images) -> None:
    annotations = read_deeplabcut(write(images, *ANIMALS, "a.png,1,2,,", "b.png,,,3,4"), None, None)
    assert annotations.films == (Film(Path("a.png"), ((1, 2),)), Film(Path("b.png"), ((3, 4),)))


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([*ANIMALS, "a.png,1,2,3,4"], "line 5, hip is a second point 'hip' of one film"),
        ([*LABELLED, "0,1,2,3,4"], "line 4: '0' is a frame of a video; give a table of images"),
        ([*LABELLED, "a.png,1,2,3"], "line 4: has 4 cells where the header has 5; complete it"),
        ([*LABELLED, "a.png,1,two,3,4"], "line 4, hip: 'two' is not a number"),
        ([*LABELLED, "a.png,1,,3,4"], "line 4, hip: one of x"),
        ([*LABELLED, "a.png,1,2,3,4", "a.png,1,2,3,4"], "line 5: a.png is annotated before"),
        ([*LABELLED, "z.png,1,2,3,4"], "no image named 'z.png'"),
        (["a.png,1,2"], "has no row coords among its first"),
        (["scorer,me,me", "coords,x,y", "a.png,1,2"], "its rows bodyparts and coords do not fit"),
        (["bodyparts,hip,hip", "coords,x,likelihood", "a.png,1,2"], "'hip' has no columns x and y"),
        ([*LABELLED, "a.png,,,,"], "has no labelled point"),
    ],
)
def test_a_malformed_table(images, rows, sentence) -> None:
    with pytest.raises(DatasetError, match=sentence):
        read_deeplabcut(write(images, *rows), None, None)
