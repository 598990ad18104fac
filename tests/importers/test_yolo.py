# SPDX-License-Identifier: Apache-2.0
"""Tests of the YOLO-pose importer."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from bundle.errors import DatasetError
from bundle.importers.yolo import read_yolo

YAML = "path: ../datasets/hips\ntrain: images/train\nval: images/val\ntest:  # images/test\nkpt_shape: [2, 3]\n"


@pytest.fixture
def data(images: Path, tmp_path: Path) -> Path:
    """A data set of a.png and b.png to train on and c.png to validate on, whose labels are to be written."""
    folder = tmp_path / "hips"
    for split, names in {"train": ["a.png", "b.png"], "val": ["more/c.png"]}.items():
        (folder / "images" / split).mkdir(parents=True)
        (folder / "labels" / split).mkdir(parents=True)
        for name in names:
            shutil.copy(images / name, folder / "images" / split)
    (folder / "data.yaml").write_text(YAML + "names:\n  0: hip\n")
    return folder


def label(data: Path, name: str, text: str) -> None:
    (data / "labels" / f"{name}.txt").write_text(text)


def test_fractions_run_from_edge_to_edge_and_the_splits_are_kept(data) -> None:
    label(data, "train/a", "0 0.5 0.5 1 1 0.105 0.25 2 0 0 0\n")
    label(data, "train/b", "\n")
    label(data, "val/c", "0 0.5 0.5 1 1 0.005 0.00625 1 1 1 2")
    annotations = read_yolo(data, None, None)
    assert annotations.landmarks == ("landmark 1", "landmark 2")
    by_name = {film.image.name: film.landmarks for film in annotations.films}
    assert by_name["a.png"][1] is None
    np.testing.assert_allclose(by_name["a.png"][0], [10, 19.5])
    np.testing.assert_allclose(by_name["c.png"], [[0, 0], [99.5, 79.5]])
    assert by_name["b.png"] is None
    assert {image.name: split for image, split in annotations.splits.items()} == {
        "a.png": "training",
        "b.png": "unlabeled",
        "c.png": "validation",
    }


@pytest.mark.parametrize("names", ["[hip, knee]", "\n  0: [hip, knee]", "[[hip, knee]]"])
def test_keypoint_names_of_the_yaml(data, names) -> None:
    label(data, "train/a", "0 0.5 0.5 1 1 0.1 0.2 2 0.3 0.4 2")
    (data / "data.yaml").write_text(f"{YAML}kpt_names: {names}\n")
    assert read_yolo(data / "data.yaml", None, None).landmarks == ("hip", "knee")
    assert read_yolo(data / "data.yaml", None, ("a", "b")).landmarks == ("a", "b")


def test_without_visibility_two_zeros_are_missing(data) -> None:
    (data / "data.yaml").write_text(YAML.replace("[2, 3]", "[2, 2]"))
    label(data, "train/a", "0 0.5 0.5 1 1 0.105 0.25 0 0")
    film = next(film for film in read_yolo(data, None, None).films if film.image.name == "a.png")
    np.testing.assert_allclose(film.landmarks[0], [10, 19.5])
    assert film.landmarks[1] is None


def test_a_split_may_be_a_list_of_images(data) -> None:
    label(data, "train/a", "0 0.5 0.5 1 1 0.105 0.25 2 0 0 0")
    (data / "train.txt").write_text("./images/train/a.png\ndata/images/train/b.png\n")
    (data / "data.yaml").write_text("path: .\ntrain: train.txt\nkpt_shape: [2, 3]\n")
    assert [film.image.name for film in read_yolo(data, None, None).films] == ["a.png", "b.png"]


def test_roboflow_names_folders_above_its_yaml(data) -> None:
    label(data, "train/a", "0 0.5 0.5 1 1 0.105 0.25 2 0 0 0")
    (data / "data.yaml").write_text(
        "train: ../images/train\nval: ../images/val\ntest: ../test/images\nkpt_shape: [2, 3]\n"
    )
    assert len(read_yolo(data, None, None).films) == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0 0.5 0.5 1 1 0.1 0.2 2 0.3 0.4 2\n" * 2, r"a\.txt, line 2: is a second object of the film; keep one a film"),
        ("0 0.5 0.5 1 1 0.1 0.2 2", "line 1: has 8 numbers, not a class, a box and 2 points of 3"),
        ("0 0.5 0.5 1 1 0.1 0.2 2 0.3 y 2", "line 1: 'y' is not a number"),
        ("0 0.5 0.5 1 1 10.5 20 2 0.3 0.4 2", "line 1: 10.5 20 is no fraction of width and height"),
        ("0 0.5 0.5 1 1 nan 0.1 2 0.3 0.4 2", "line 1: nan 0.1 is no fraction"),
    ],
)
def test_a_malformed_row(data, text, sentence) -> None:
    label(data, "train/a", text)
    with pytest.raises(DatasetError, match=sentence):
        read_yolo(data, None, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("train: images/train\n", r"has no kpt_shape \[points, 2 or 3\]"),
        ("train: images/train\nkpt_shape: [2, 4]\n", r"kpt_shape is \[2, 4\], not"),
        ("train: elsewhere\nkpt_shape: [2, 3]\n", "train 'elsewhere' does not lie below"),
        ("train: ../../../../etc\nkpt_shape: [2, 3]\n", "train '../../../../etc' does not lie below"),
        ("- train\n", "is no YAML of keys"),
        ("train: [", "is not valid YAML"),
        ("train: !!python/object/apply:os.system [echo]\n", "is not valid YAML"),
    ],
)
def test_a_malformed_yaml(data, text, sentence) -> None:
    (data / "data.yaml").write_text(text)
    with pytest.raises(DatasetError, match=sentence):
        read_yolo(data, None, None)


def test_other_names_than_points(data) -> None:
    with pytest.raises(DatasetError, match="kpt_shape is of 2 points where 1 names are given"):
        read_yolo(data, None, ("hip",))
