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
            r"annotations\[1\]\.keypoints is a second point 'left' of one film; keep one",
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
        (("categories", 0), {"id": 1}, r"categories\[0\] has no name"),
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


def annotation(image: object, category: object, *keypoints: float, **more: object) -> dict:
    return {"image_id": image, "category_id": category, "keypoints": list(keypoints), **more}


def content(categories: list[dict], *annotations: dict, **more: object) -> dict:
    films = [{"id": 7, "file_name": "a.png"}, {"id": 8, "file_name": "b.png"}]
    return {"images": films, "categories": categories, "annotations": list(annotations), **more}


PELVIS = {"id": 1, "name": "pelvis", "supercategory": "bone", "keypoints": ["hip", "sacrum"], "skeleton": [[1, 2]]}


def test_a_category_a_landmark(images) -> None:
    """As Label Studio and CVAT write single points: a category of one keypoint, or none listed, for each label."""
    categories = [{"id": 0, "name": "hip", "keypoints": []}, {"id": 1, "name": "knee", "keypoints": ["point"]}]
    annotations = read(images, content(categories, annotation(7, 1, 3, 4, 2), annotation(7, 0, 1, 2, 2)))
    assert annotations.landmarks == ("hip", "knee")
    assert annotations.films == (Film(Path("a.png"), ((1, 2), (3, 4))), Film(Path("b.png")))


def test_the_keypoints_of_a_film_may_be_spread_over_annotations(images) -> None:
    spread = annotation(7, 1, 1, 2, 2, 0, 0, 0), annotation(7, 1, 0, 0, 0, 3, 4, 2)
    assert read(images, content([PELVIS], *spread)).films[0].landmarks == ((1, 2), (3, 4))


def test_categories_that_share_keypoints_stand_before_their_names(images) -> None:
    spine = [
        {"id": number, "name": f"L{number}", "keypoints": ["left", "right"], "skeleton": [[1, 2]]} for number in (1, 2)
    ]
    annotations = read(images, content(spine, annotation(7, 2, 5, 6, 2, 7, 8, 2), annotation(7, 1, 1, 2, 2, 3, 4, 2)))
    assert annotations.landmarks == ("L1 left", "L1 right", "L2 left", "L2 right")
    assert annotations.films[0].landmarks == ((1, 2), (3, 4), (5, 6), (7, 8))
    assert annotations.skeleton == ((0, 1), (2, 3))


def test_a_category_that_no_annotation_has_is_left_out(images) -> None:
    """Roboflow lists the supercategory first."""
    group = {"id": 0, "name": "bones", "supercategory": "none", "keypoints": ["hip", "sacrum"]}
    assert read(images, content([group, PELVIS], annotation(7, 1, 1, 2, 2, 3, 4, 2))).landmarks == ("hip", "sacrum")


def test_ids_may_be_written_as_decimal_numbers(images) -> None:
    assert read(images, content([PELVIS], annotation(7.0, 1.0, 1, 2, 2, 3, 4, 2))).films[0].labelled


@pytest.mark.parametrize(
    "more",
    [
        {"info": {"contributor": "Label Studio", "description": ""}},
        {"info": {"description": "Exported from roboflow.com", "contributor": ""}},
        {"attributes": {"occluded": False}},
    ],
    ids=["Label Studio", "Roboflow", "CVAT"],
)
def test_programs_that_count_from_the_corner(images, more) -> None:
    attributes = {"attributes": more["attributes"]} if "attributes" in more else {}
    info = {"info": more["info"]} if "info" in more else {}
    marked = annotation(7, 1, 1, 2, 2, 3, 4, 2, **attributes)
    assert read(images, content([PELVIS], marked, **info)).films[0].landmarks == ((0.5, 1.5), (2.5, 3.5))


@pytest.mark.parametrize("name", ["images/3/0a1b2c3d-a.png", "a_png.rf.4f2a9c0d.jpg"])
def test_names_that_a_program_stored_the_films_under(images, name) -> None:
    changed = content([PELVIS], annotation(7, 1, 1, 2, 2, 3, 4, 2))
    changed["images"][0]["file_name"] = name
    assert read(images, changed).films[0].image == Path("a.png")


def test_a_film_under_its_program_s_name_is_taken_first(images) -> None:
    (images / "0a1b2c3d-a.png").write_bytes((images / "a.png").read_bytes())
    changed = content([PELVIS], annotation(7, 1, 1, 2, 2, 3, 4, 2))
    changed["images"][0]["file_name"] = "0a1b2c3d-a.png"
    assert read(images, changed).films[0].image == Path("0a1b2c3d-a.png")


def test_two_uploads_of_one_name_are_refused(images) -> None:
    changed = content([PELVIS], annotation(7, 1, 1, 2, 2, 3, 4, 2))
    for film, prefix in zip(changed["images"], ("0a1b2c3d", "4e5f6a7b"), strict=True):
        film["file_name"] = f"{prefix}-a.png"
    with pytest.raises(DatasetError, match=r"images\[1\]: a.png is annotated before"):
        read(images, changed)


def test_the_folders_of_roboflow_are_its_splits(images) -> None:
    for split, name in {"train": "a", "valid": "b", "test": "c"}.items():
        (images / split).mkdir()
        (images / split / f"{name}_png.rf.00ff.jpg").write_bytes((images / "a.png").read_bytes())
        films = [{"id": 0, "file_name": f"{name}_png.rf.00ff.jpg"}]
        exported = {"images": films, "categories": [PELVIS], "annotations": [annotation(0, 1, 1, 2, 2, 3, 4, 2)]}
        (images / split / "_annotations.coco.json").write_text(json.dumps(exported))
    annotations = read_coco(images, None, None)
    assert {image.parent.name: split for image, split in annotations.splits.items()} == {
        "train": "training",
        "valid": "validation",
        "test": "test",
    }
