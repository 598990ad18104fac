# SPDX-License-Identifier: Apache-2.0
"""Tests of the Label Studio importer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle.errors import DatasetError
from bundle.importers.label_studio import read_label_studio
from bundle.importers.uploaded import original_names

SIZE = (100, 80)


def result(label: str, x: float, y: float, **changed: Any) -> dict[str, Any]:
    """A key point at a percentage of the image."""
    return {
        "original_width": SIZE[0],
        "original_height": SIZE[1],
        "image_rotation": 0,
        "value": {"x": x, "y": y, "width": 0.4, "keypointlabels": [label]},
        "id": "hqudA4A3U4",
        "from_name": "kp-1",
        "to_name": "img-1",
        "type": "keypointlabels",
        "origin": "manual",
        **changed,
    }


def annotation(*results: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "completed_by": 1,
        "result": list(results),
        "was_cancelled": False,
        "ground_truth": False,
        **changed,
    }


def task(image: str, *annotations: dict[str, Any]) -> dict[str, Any]:
    return {"id": 7, "annotations": list(annotations), "predictions": [], "data": {"image": image}, "project": 3}


def write(folder: Path, *tasks: Any) -> Path:
    (folder / "project.json").write_text(json.dumps(list(tasks)))
    return folder / "project.json"


def test_percentages_become_pixels_of_the_marked_image(images) -> None:
    box = result("hip", 1, 1, type="rectanglelabels")
    marked = annotation(box, result("hip", 10.5, 50), result("knee", 0.5, 0.625))
    file = write(images, task("/data/upload/3/0a1b2c3d-a.png", marked), task("/data/local-files/?d=more/c.png"))
    annotations = read_label_studio(file, None, None)
    assert annotations.landmarks == ("hip", "knee")
    assert [film.image for film in annotations.films] == [Path("a.png"), Path("more/c.png")]
    np.testing.assert_allclose(annotations.films[0].landmarks, [[10, 39.5], [0, 0]], atol=1e-12)
    assert annotations.films[1].landmarks is None
    assert annotations.marked_on[Path("a.png")][:2] == SIZE


def test_of_several_annotators_the_mean_is_taken_without_the_cancelled(images) -> None:
    first, second = annotation(result("hip", 10, 50), result("knee", 20, 50)), annotation(result("hip", 20, 50))
    cancelled = annotation(result("hip", 90, 90), was_cancelled=True)
    annotations = read_label_studio(write(images, task("a.png", first, cancelled, second)), None, None)
    np.testing.assert_allclose(annotations.films[0].landmarks, [[14.5, 39.5], [19.5, 39.5]])


def test_ground_truth_counts_alone(images) -> None:
    truth = annotation(result("hip", 20, 50), ground_truth=True)
    annotations = read_label_studio(write(images, task("a.png", annotation(result("hip", 10, 50)), truth)), None, None)
    np.testing.assert_allclose(annotations.films[0].landmarks, [[19.5, 39.5]])


def test_json_min_lists_each_annotator_by_itself(images) -> None:
    def minimal(x: float) -> dict[str, Any]:
        point = {"x": x, "y": 50, "width": 0.4, "keypointlabels": ["hip"], "original_width": 100, "original_height": 80}
        return {"image": "/data/upload/3/0a1b2c3d-a.png", "id": 7, "kp-1": [point], "annotator": 1, "annotation_id": 4}

    annotations = read_label_studio(write(images, minimal(10), minimal(20)), None, None)
    np.testing.assert_allclose(annotations.films[0].landmarks, [[14.5, 39.5]])


@pytest.mark.parametrize(
    ("tasks", "sentence"),
    [
        ([task("a.png", annotation(result("hip", 1, 2), result("hip", 3, 4)))], "is a second point 'hip' of one film"),
        ([task("a.png", annotation(result("hip", 1, 2, image_rotation=90)))], "was marked on a turned image; turn it"),
        ([task("a.png", annotation(result("hip", 1, 2, original_width=None)))], "has no original_width"),
        ([task("a.png", annotation(result("hip", "one", 2)))], "value.x: 'one' is not a number"),
        ([task("a.png", annotation(result("hip", 1, 2, value={"x": 1, "y": 2})))], "has no keypointlabels"),
        (
            [task("a.png", annotation(result("hip", 1, 2, value={"x": 1, "y": 2, "keypointlabels": ["a", "b"]})))],
            "has 2 labels; give each point the name of its own landmark",
        ),
        ([task("a.png"), task("/data/upload/3/0a1b2c3d-a.png")], "a.png is annotated before, in .+; keep one of them"),
        ([task("z.png")], "no image named 'z.png'"),
        ([{"data": {"text": "no image"}, "annotations": []}], "names no image"),
        ([3], "is 3, not an object"),
        (
            [
                task(
                    "a.png",
                    annotation(result("hip", 1, 2)),
                    annotation(result("hip", 1, 2, original_width=50, original_height=40)),
                )
            ],
            "its annotators marked images of different sizes",
        ),
    ],
)
def test_a_malformed_task(images, tasks, sentence) -> None:
    with pytest.raises(DatasetError, match=sentence):
        read_label_studio(write(images, *tasks), None, None)


def test_a_file_that_is_no_list(images) -> None:
    (images / "project.json").write_text("{}")
    with pytest.raises(DatasetError, match=r"is \{\}, not a list; export the annotations again"):
        read_label_studio(images, None, None)


@pytest.mark.parametrize(
    ("reference", "names"),
    [
        ("a.png", ["a.png"]),
        ("/data/upload/3/0a1b2c3d-a.png", ["0a1b2c3d-a.png", "a.png"]),
        ("/data/local-files/?d=films/left%20hip/a.png", ["films/left hip/a.png"]),
        ("s3://bucket/films/a.png", ["a.png"]),
        ("https://host/films/a.png?token=1", ["a.png"]),
        ("C:\\films\\a.png", ["C:\\films\\a.png"]),
        ("a_png.rf.4f2a9c.jpg", ["a_png.rf.4f2a9c.jpg", "a.png"]),
    ],
)
def test_names_that_a_film_may_lie_under(reference, names) -> None:
    assert original_names(reference) == names


@given(st.text(max_size=40))
def test_any_reference_gives_a_name(reference) -> None:
    assert original_names(reference)
