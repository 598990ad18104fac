# SPDX-License-Identifier: Apache-2.0
"""Tests of the COCO keypoint importer."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.coco import read_coco

CONTENT = {
    "images": [{"id": 7, "file_name": "a.png"}, {"id": 8, "file_name": "b.png"}, {"id": 9, "file_name": "more/c.png"}],
    "annotations": [
        {"image_id": 7, "category_id": 1, "keypoints": [1, 2, 2, 3, 4, 1]},
        {"image_id": 8, "category_id": 1, "keypoints": [1.5, 2, 2, 0, 0, 0]},
        {"image_id": 8, "category_id": 2, "bbox": [0, 0, 1, 1]},
    ],
    "categories": [{"id": 1, "keypoints": ["left", "right"], "skeleton": [[1, 2]]}, {"id": 2, "name": "marker"}],
}


def read(folder: Path, content: object, names: tuple[str, ...] | None = None):
    (folder / "keypoints.json").write_text(json.dumps(content))
    return read_coco(folder / "keypoints.json", None, names)


def test_keypoints_become_landmarks(images) -> None:
    annotations = read(images, CONTENT)
    assert annotations.landmarks == ("left", "right")
    assert annotations.skeleton == ((0, 1),)
    assert annotations.films == (
        Film(Path("a.png"), ((1, 2), (3, 4))),
        Film(Path("b.png"), ((1.5, 2), None)),
        Film(Path("more/c.png"), None),
    )


def test_given_names_replace_those_of_the_category(images) -> None:
    assert read(images, CONTENT, ("L", "R")).landmarks == ("L", "R")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (("images",), None, "has no images; export the annotations again"),
        (("images", 0), {"id": 7}, r"images\[0\] has no file_name"),
        (("images", 0, "file_name"), "z.png", r"images\[0\]\.file_name: no image named 'z\.png'"),
        (("annotations", 0), {"image_id": 7}, r"annotations\[0\] has no category_id"),
        (("annotations", 0, "image_id"), 6, "an annotation is of image_id '6', which is none of the images"),
        (
            ("annotations", 1, "image_id"),
            7,
            r"annotations\[1\]\.keypoints: image '7' has a second annotation; keep one",
        ),
        (
            ("annotations", 0, "keypoints"),
            [1, 2, 2],
            r"annotations\[0\]\.keypoints is \[1, 2, 2\], not a list of 6 numbers",
        ),
        (
            ("annotations", 0, "keypoints"),
            [1, 2, 2, "x", 4, 2],
            r"annotations\[0\]\.keypoints\[3\]: 'x' is not a number",
        ),
        (("annotations", 0, "keypoints"), [1, None, 2, 3, 4, 2], r"annotations\[0\]\.keypoints: one of x"),
        (("categories", 0), {"id": 1}, "has 0 categories with keypoints; keep exactly one"),
        (("categories", 1, "keypoints"), ["left"], "has 2 categories with keypoints; keep exactly one"),
        (("categories", 0, "skeleton"), [[1]], "categories\[0\]\.skeleton\[0\] is \[1\], not a pair of keypoints"),
    ],
)
def test_a_malformed_file(images, field, value, sentence) -> None:
    content = copy.deepcopy(CONTENT)
    parent = content
    for key in field[:-1]:
        parent = parent[key]
    parent[field[-1]] = value
    with pytest.raises(DatasetError, match=rf"keypoints\.json: {sentence}"):
        read(images, content)


@pytest.mark.parametrize(("text", "sentence"), [("{", "is not valid JSON"), ("[]", "holds no JSON object")])
def test_no_json_object(images, text, sentence) -> None:
    (images / "keypoints.json").write_text(text)
    with pytest.raises(DatasetError, match=sentence):
        read_coco(images / "keypoints.json", None, None)
