# SPDX-License-Identifier: Apache-2.0
"""Tests of the rules of `dataset.json`: each broken rule gives its own sentence."""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bundle.dataset.description import read_dataset
from bundle.errors import DatasetError

WIDTH, HEIGHT = 40, 30
GOOD: dict[str, Any] = {
    "name": "good",
    "landmarks": ["sella", "nasion"],
    "skeleton": [[0, 1]],
    "training": [
        {"image": "images/1.png", "landmarks": [[1, 2], None], "spacing": [0.1, 0.2]},
        {"image": "images/2.png", "landmarks": [[1, 2], [3, 4]]},
    ],
    "validation": [{"image": "images/3.png", "landmarks": [[1, 2], [3, 4]]}],
    "unlabeled": [{"image": "images/4.png"}],
    "test": [{"image": "images/5.png", "landmarks": [[1, 2], [3, 4]]}],
}


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "data" / "images").mkdir(parents=True)
    for number in range(1, 7):
        Image.new("L", (WIDTH, HEIGHT)).save(tmp_path / "data" / "images" / f"{number}.png")
    return tmp_path / "data"


def read(folder: Path, document: object) -> None:
    (folder / "dataset.json").write_text(json.dumps(document))
    read_dataset(folder)


def changed(path: tuple[Any, ...], value: object) -> dict[str, Any]:
    """The good document with one field replaced."""
    document = copy.deepcopy(GOOD)
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return document


def test_a_good_dataset_passes(folder) -> None:
    read(folder, GOOD)


FIRST = ("training", 0)
POINT = (*FIRST, "landmarks", 0)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (
            ("name",),
            "",
            r"name: should have at least 1 character, not ''; correct it as docs/reference/data_format\.md shows",
        ),
        (("landmarks",), [], r"landmarks: should have at least 1 item, not 0; correct it"),
        (("landmarks",), ["sella", 3], r"landmarks\[1\]: should be text, not 3"),
        (("validaton",), [], r"the whole file: there is no field 'validaton\'"),
        ((*FIRST, "label"), [], r"training\[0\]: there is no field 'label\'"),
        ((*FIRST, "image"), 5, r"training\[0\]\.image: should be text, not 5"),
        ((*FIRST, "landmarks"), "none", r"training\[0\]\.landmarks: should be a list, not 'none'"),
        (POINT, [1], r"training\[0\]\.landmarks\[0\]\[1\]: is missing"),
        (POINT, [1, 2, 3], r"training\[0\]\.landmarks\[0\]: should have at most 2 items, not 3; correct it"),
        (POINT, [True, 2], r"training\[0\]\.landmarks\[0\]\[0\]: should be a number, not True"),
        (POINT, ["1", 2], r"training\[0\]\.landmarks\[0\]\[0\]: should be a number, not '1'"),
        ((*FIRST, "spacing"), 0.1, r"training\[0\]\.spacing: should be a list, not 0\.1"),
        (("landmarks",), ["sella", "sella"], r"landmarks\[1\] repeats the name 'sella' of landmarks\[0\]; give every"),
        (("skeleton",), [[0, 2]], r"skeleton\[0\] names landmark 2 of only 2; use indices 0 to 1"),
        ((*FIRST, "image"), "images/0.png", r"training\[0\]\.image 'images/0\.png' does not exist; add the image or"),
        ((*FIRST, "image"), "images", r"training\[0\]\.image 'images' does not exist"),
        ((*FIRST, "image"), "/etc/hosts", r"training\[0\]\.image '/etc/hosts' is not a path below the folder"),
        (
            (*FIRST, "image"),
            "../data/images/1.png",
            r"training\[0\]\.image '\.\./data.* is not a path below the folder",
        ),
        ((*FIRST, "image"), "images/../images/6.png", r"training\[0\]\.image .* without '\.\.'"),
        ((*FIRST, "image"), "C:/1.png", r"training\[0\]\.image 'C:/1\.png' is not a path below the folder"),
        ((*FIRST, "image"), "images\\1.png", r"training\[0\]\.image .* is not a path below .* with forward slashes"),
        (
            ("test", 0, "image"),
            "images/1.png",
            r"test\[0\]\.image 'images/1\.png' is the same film as training\[0\]; keep",
        ),
        (("unlabeled", 0, "image"), "./images//1.png", r"unlabeled\[0\]\.image .* is the same film as training\[0\]"),
        (("training", 1, "image"), "images/1.png", r"training\[1\]\.image .* is the same film as training\[0\]"),
        (
            (*FIRST, "landmarks"),
            [[1, 2]],
            r"training\[0\]\.landmarks of images/1\.png has 1 points for 2 landmark names",
        ),
        (POINT, [float("nan"), 2], r"training\[0\]\.landmarks\[0\] of images/1\.png has x = nan, not a finite number"),
        (POINT, [1, float("inf")], r"training\[0\]\.landmarks\[0\] of .* has y = inf, not a finite number; write null"),
        (POINT, [10**400, 1], r"training\[0\]\.landmarks\[0\] of .* has x = inf, not a finite number"),
        (
            POINT,
            [1.5 * WIDTH, 1],
            r"training\[0\]\.landmarks\[0\] of .* has x = 60\.0, far outside the image of 40 x 30",
        ),
        (POINT, [1, -HEIGHT], r"training\[0\]\.landmarks\[0\] of images/1\.png has y = -30\.0, far outside the image"),
        ((*FIRST, "spacing"), [0, 0.1], r"training\[0\]\.spacing along x is 0\.0, not between 0\.0001 and 100 mm"),
        ((*FIRST, "spacing"), [0.1, 143], r"training\[0\]\.spacing along y is 143\.0, not between"),
        ((*FIRST, "spacing"), [1e-9, 0.1], r"training\[0\]\.spacing along x is 1e-09, not between"),
        ((*FIRST, "spacing"), [0.1, -1], r"training\[0\]\.spacing along y is -1\.0, not between"),
        ((*FIRST, "spacing"), [float("nan"), 1], r"training\[0\]\.spacing along x is nan, not between"),
        (
            ("validation", 0, "landmarks"),
            [None, None],
            r"no film of validation has a landmark; add their landmarks or move",
        ),
    ],
)
def test_a_broken_rule(folder, path, value, sentence) -> None:
    with pytest.raises(DatasetError, match=rf"data/dataset\.json: {sentence}") as caught:
        read(folder, changed(path, value))
    assert "\n" not in str(caught.value)
    assert ";" in str(caught.value), "the sentence ends with a remedy"


@pytest.mark.parametrize("point", [[-WIDTH / 2, 0], [1.5 * WIDTH - 1, 0], [0, 1.5 * HEIGHT - 1]])
def test_a_landmark_up_to_half_an_image_outside_is_allowed(folder, point) -> None:
    read(folder, changed(POINT, point))


def test_a_dataset_without_films(folder) -> None:
    with pytest.raises(
        DatasetError, match="lists no film; add entries to one of training, validation, test, unlabeled"
    ):
        read(folder, {"name": "none", "landmarks": ["sella"]})


def test_a_link_out_of_the_folder(folder) -> None:
    Image.new("L", (WIDTH, HEIGHT)).save(folder.parent / "outside.png")
    (folder / "images" / "7.png").symlink_to(folder.parent / "outside.png")
    with pytest.raises(
        DatasetError, match=r"training\[0\]\.image 'images/7\.png' links out of the folder; copy the image"
    ):
        read(folder, changed((*FIRST, "image"), "images/7.png"))


def test_a_link_within_the_folder_is_the_same_film(folder) -> None:
    (folder / "images" / "7.png").symlink_to(folder / "images" / "1.png")
    with pytest.raises(DatasetError, match=r"test\[0\]\.image 'images/7\.png' is the same film as training\[0\]"):
        read(folder, changed(("test", 0, "image"), "images/7.png"))


def test_a_data_folder_may_itself_be_a_link(folder) -> None:
    (folder.parent / "link").symlink_to(folder)
    (folder / "dataset.json").write_text(json.dumps(GOOD))
    assert read_dataset(folder.parent / "link") == read_dataset(folder)


def test_a_film_that_is_no_image_does_not_cost_the_others_their_use(folder) -> None:
    for name in ("1.png", "4.png"):
        (folder / "images" / name).write_bytes(b"no image")
    read(folder, GOOD)
    with pytest.raises(DatasetError, match="not a finite number"):
        read(folder, changed(("training", 0, "landmarks", 0), [1e12, 0]))


def test_thousands_of_unlabelled_films_are_checked_quickly(folder) -> None:
    films = [{"image": f"images/more-{index}.png"} for index in range(3000)]
    for film in films:
        (folder / film["image"]).touch()
    start = time.perf_counter()
    read(folder, {**GOOD, "unlabeled": films})
    assert time.perf_counter() - start < 15


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (
            ("unlabeled", 0, "image"),
            "a\0.png",
            r"unlabeled\[0\]\.image is no name that a file can have \(embedded null byte\)",
        ),
        (("unlabeled", 0, "image"), "x" * 300 + ".png", r"unlabeled\[0\]\.image is no name that a file can have"),
        (
            ("unlabeled", 0, "image"),
            "\ud800.png",
            r"is not valid JSON \(.* hex escape at line 1 column \d+\); correct the text there",
        ),
        (("landmarks", 0), "\ud800", r"is not valid JSON \(.* hex escape"),
    ],
)
def test_text_that_no_file_can_hold(folder, path, value, sentence) -> None:
    with pytest.raises(DatasetError, match=r"dataset\.json: " + sentence):
        read(folder, changed(path, value))


@pytest.mark.parametrize("text", ['{"name": ' + "9" * 5000 + "}", "[" * 100_000])
def test_numbers_of_thousands_of_digits_and_endless_nesting(folder, text) -> None:
    (folder / "dataset.json").write_text(text)
    with pytest.raises(DatasetError, match=r"dataset\.json: is not valid JSON"):
        read_dataset(folder)
