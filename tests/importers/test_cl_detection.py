# SPDX-License-Identifier: Apache-2.0
"""Tests of the importer of the CL-Detection 2023 stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import itk
import numpy as np
import pytest
from PIL import Image

from bundle.__main__ import main
from bundle.dataset.description import read_dataset
from bundle.errors import DatasetError
from bundle.importers.cl_detection import read_cl_detection
from bundle.importers.stack import Stack

# Width and height of the film of each slice, in a stack of 30 x 28.
SIZES = ((20, 28), (30, 24), (16, 16))


def stack_pixels() -> np.ndarray:
    """Slices `[Z, Y, X, 3]` of grey films, padded with zeros on the right and below."""
    pixels = np.zeros((len(SIZES), 28, 30, 3), np.uint8)
    for index, (width, height) in enumerate(SIZES):
        values = np.random.default_rng(index).integers(1, 256, (height, width, 1), np.uint8)
        pixels[index, :height, :width] = values
    return pixels


def point(name: str, x: float, y: float, number: float, scale: str = "0.1") -> dict[str, Any]:
    return {"name": name, "point": [x, y, number], "scale": scale}


POINTS = [point("1", 3, 4, 1), point("10", 5, 6, 1), point("2", 7, 8, 1), point("1", 9, 10, 2, "0.125")]


@pytest.fixture
def challenge(tmp_path: Path) -> Path:
    """The challenge's folder, its stack written by ITK."""
    folder = tmp_path / "CL-Detection2023"
    (folder / "labels").mkdir(parents=True)
    itk.imwrite(itk.image_from_array(stack_pixels(), is_vector=True), str(folder / "train_stack.mha"), compression=True)
    write(folder, POINTS)
    return folder


def write(folder: Path, points: Any) -> None:
    content = {"name": "Orthodontic landmarks", "type": "Multiple points", "points": points, "version": {"major": 1}}
    (folder / "labels" / "train-gt.json").write_text(json.dumps(content))


@pytest.mark.parametrize("below", ["", "labels/train-gt.json"])
def test_each_slice_becomes_a_film_without_its_padding(challenge, below) -> None:
    annotations = read_cl_detection(challenge / below, challenge if below else None, None)
    assert annotations.landmarks == ("1", "2", "10")
    assert [film.image.name for film in annotations.films] == ["001.png", "002.png", "003.png"]
    assert annotations.films[0].landmarks == ((3, 4), (7, 8), (5, 6))
    assert annotations.films[1].landmarks == ((9, 10), None, None)
    assert annotations.films[2].landmarks is None
    assert [film.spacing for film in annotations.films] == [(0.1, 0.1), (0.125, 0.125), None]
    for index, (film, (width, height)) in enumerate(zip(annotations.films, SIZES, strict=True)):
        with Image.open(annotations.folder / film.image) as picture:
            np.testing.assert_array_equal(np.asarray(picture), stack_pixels()[index, :height, :width, 0])


def test_the_command_copies_the_films(challenge, tmp_path, capsys) -> None:
    words = ["import", "auto", str(challenge), "--out", str(tmp_path / "out"), "--test_fraction", "0"]
    assert main([*words, "--validation", "0"]) == 0
    assert "taken for cl-detection, since its JSON lists points with name, point and scale" in capsys.readouterr().out
    dataset = read_dataset(tmp_path / "out")
    assert [film.image.as_posix() for film in dataset.training] == ["images/001.png", "images/002.png"]
    assert [film.image.as_posix() for film in dataset.unlabeled] == ["images/003.png"]


def test_a_film_is_kept_whole_where_a_point_lies_in_its_padding(challenge) -> None:
    write(challenge, [point("1", 25, 4, 1)])
    annotations = read_cl_detection(challenge, None, None)
    with Image.open(annotations.folder / "001.png") as picture:
        assert picture.size == (30, 28)


@pytest.mark.parametrize("compression", [True, False])
def test_a_stack_is_read_slice_by_slice(tmp_path, compression) -> None:
    itk.imwrite(itk.image_from_array(stack_pixels(), is_vector=True), str(tmp_path / "s.mha"), compression=compression)
    np.testing.assert_array_equal(np.stack(list(Stack(tmp_path / "s.mha").slices())), stack_pixels())


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([*POINTS, POINTS[0]], r"points\[4\] is a second point '1' of one film"),
        ([point("1", 3, 4, 9)], "has points of slice 9, which train_stack.mha lacks"),
        ([point("1", 3, 4, 1.5)], r"points\[0\].point is not x, y and the number of a slice"),
        ([point("1", 3, 4, 1), point("2", 3, 4, 1, "0.2")], r"points\[1\].scale is 0.2, that of the slice before 0.1"),
        ([point("1", 3, 4, 1, "0")], r"points\[0\].scale is 0, not"),
        ([point("1", "three", 4, 1)], "'three' is not a number"),
        ([{"name": "1"}], r"points\[0\] has no point"),
        ([], "has no labelled point"),
        (None, "has no points"),
    ],
)
def test_a_malformed_file(challenge, points, sentence) -> None:
    write(challenge, points)
    with pytest.raises(DatasetError, match=sentence):
        read_cl_detection(challenge, None, None)


def test_a_cut_stack(challenge) -> None:
    content = (challenge / "train_stack.mha").read_bytes()
    (challenge / "train_stack.mha").write_bytes(content[: len(content) // 2])
    with pytest.raises(DatasetError, match=r"train_stack\.mha: ends in slice \d of 3; copy it again"):
        read_cl_detection(challenge, None, None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ((b"DimSize = 30 28 3", b"DimSize = 30 28"), "has no header of a stack in three dimensions"),
        ((b"MET_UCHAR", b"MET_SHORT"), "is no stack of 8 bits a channel in one file"),
        ((b"ElementDataFile", b"Elsewhere"), "has no header of a stack"),
        ((b"DimSize = 30 28 3", b"DimSize = 30 -1 3"), "states a size of 0"),
    ],
)
def test_another_stack(challenge, change, sentence) -> None:
    file = challenge / "train_stack.mha"
    assert change[0] in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(*change))
    with pytest.raises(DatasetError, match=sentence):
        read_cl_detection(challenge, None, None)


def test_without_a_stack(challenge) -> None:
    (challenge / "train_stack.mha").unlink()
    with pytest.raises(DatasetError, match=r"holds 0 files train_stack\.mha, not one; give the challenge's folder"):
        read_cl_detection(challenge, None, None)


HEADER = "file,scale,p1x,p1y,p2x,p2y"


def test_points_of_a_table(challenge) -> None:
    table = challenge / "train.csv"
    table.write_text(f"{HEADER}\n./processed_images/2.bmp,0.125,9,10,,\n./processed_images/1.bmp,0.1,3,4,7,8\n")
    annotations = read_cl_detection(table, challenge, None)
    assert annotations.landmarks == ("1", "2")
    assert [film.landmarks for film in annotations.films] == [((3, 4), (7, 8)), ((9, 10), None), None]
    assert [film.spacing for film in annotations.films] == [(0.1, 0.1), (0.125, 0.125), None]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("a.bmp,0.1,3,4,7,8", "line 2: is no file called by its slice, scale and points"),
        ("1.bmp,0.1,3,4,7", "line 2: is no file called by its slice, scale and points"),
        ("1.bmp,,3,4,7,8", "line 2, scale is nan, not"),
        ("1.bmp,0.1,3,four,7,8", "line 2, .*1: 'four' is not a number"),
        ("1.bmp,0.1,3,4,7,8\n01.bmp,0.1,3,4,7,8", "line 3: slice 1 stands in a row before"),
        ("9.bmp,0.1,3,4,7,8", "has points of slice 9"),
    ],
)
def test_a_malformed_table(challenge, row, sentence) -> None:
    (challenge / "train.csv").write_text(f"{HEADER}\n{row}\n")
    with pytest.raises(DatasetError, match=sentence):
        read_cl_detection(challenge / "train.csv", challenge, None)
