# SPDX-License-Identifier: Apache-2.0
"""Tests of the LabelMe importer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.labelme import read_labelme


def shape(label: str, x: float, y: float, shape_type: str = "point") -> dict:
    return {"label": label, "shape_type": shape_type, "points": [[x, y]]}


def annotate(folder: Path, name: str, *shapes: object) -> None:
    folder.mkdir(exist_ok=True)
    content = {"imagePath": f"..\\films\\{name}.png", "shapes": list(shapes)}
    (folder / f"{name}.json").write_text(json.dumps(content))


def test_points_count_from_the_pixel_s_corner(images, tmp_path) -> None:
    annotate(tmp_path / "labels", "a", shape("hip", 10.5, 20), shape("box", 1, 1, "rectangle"), shape("knee", 30, 40))
    annotate(tmp_path / "labels", "c", shape("knee", 5, 6))
    (tmp_path / "labels" / "splits.json").write_text("{}")
    annotations = read_labelme(tmp_path / "labels", images, None)
    assert annotations.landmarks == ("hip", "knee")
    assert annotations.films == (
        Film(Path("a.png"), ((10, 19.5), (29.5, 39.5))),
        Film(Path("more/c.png"), (None, (4.5, 5.5))),
    )


def test_given_names_set_the_order(images) -> None:
    annotate(images, "a", shape("hip", 1, 2), shape("knee", 3, 4))
    annotations = read_labelme(images, None, ("knee", "hip", "ankle"))
    assert annotations.films[0].landmarks == ((2.5, 3.5), (0.5, 1.5), None)


@pytest.mark.parametrize(
    ("shapes", "sentence"),
    [
        ([shape("hip", 1, 2), shape("hip", 3, 4)], r"a\.json: shapes\[1\] is a second point 'hip'; keep one of them"),
        ([{"shape_type": "point"}], r"a\.json: shapes\[0\] has no label"),
        (
            [{**shape("hip", 1, 2), "points": [[1, 2], [3, 4]]}],
            r"a\.json: shapes\[0\]\.points is \[\[1, 2\], \[3, 4\]\], not one pair \[x, y\]",
        ),
        ([shape("hip", 1, "two")], r"a\.json: shapes\[0\]\.points: 'two' is not a number"),
        (
            [shape("hip", None, None)],
            r"a\.json: shapes\[0\]\.points has no coordinates; draw the point again or delete it",
        ),
        ([shape("hop", 1, 2)], r"a\.json: 'hop' is none of the landmarks; rename it or add it to --landmark-names"),
    ],
)
def test_a_malformed_file(images, shapes, sentence) -> None:
    annotate(images, "a", *shapes)
    with pytest.raises(DatasetError, match=sentence):
        read_labelme(images, None, ("hip",))


def test_files_without_a_point(images) -> None:
    annotate(images, "a", shape("box", 1, 1, "rectangle"))
    with pytest.raises(DatasetError, match=r"films: has no labelled point; .+"):
        read_labelme(images, None, None)


def test_a_file_without_shapes(images) -> None:
    (images / "a.json").write_text("{}")
    with pytest.raises(DatasetError, match=r"a\.json: has no shapes; export"):
        read_labelme(images, None, None)


def test_a_folder_without_annotations(tmp_path) -> None:
    with pytest.raises(
        DatasetError, match=r"is no folder with files \*\*/\*\.json; give the folder of the annotations"
    ):
        read_labelme(tmp_path, tmp_path, None)
