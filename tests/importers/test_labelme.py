# SPDX-License-Identifier: Apache-2.0
"""Tests of the LabelMe importer."""

from __future__ import annotations

import unicodedata
from json import dumps, loads
from pathlib import Path

import pytest
from PIL import Image

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.labelme import read_labelme


def shape(label: str, x: float, y: float, shape_type: str = "point") -> dict:
    return {"label": label, "shape_type": shape_type, "points": [[x, y]]}


def annotate(folder: Path, name: str, *shapes: object) -> None:
    folder.mkdir(exist_ok=True)
    content = {"imagePath": f"..\\films\\{name}.png", "shapes": list(shapes)}
    (folder / f"{name}.json").write_text(dumps(content))


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
        ([shape("hop", 1, 2)], r"a\.json: 'hop' is none of the landmarks; rename it or add it to --landmark_names"),
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


@pytest.mark.parametrize(
    ("json", "path"),
    [
        ("{}_a.json", "{}/a.png"),
        ("{}_a.json", "..\\films\\{}\\a.png"),
        ("{}_a.json", "C:\\scans\\{}\\a.png"),
        ("{}/a.json", "a.png"),
        ("{}/a.json", "../../films/{}/a.png"),
        ("deep/{}/a.json", "A.PNG"),
    ],
)
def test_films_of_one_name_in_two_folders(tmp_path, json, path) -> None:
    """Told by the folders of the path, or by the folder that the annotation lies in."""
    for folder, grey in (("left", 0), ("right", 1)):
        (tmp_path / "films" / folder).mkdir(parents=True)
        Image.new("L", (100, 80), grey).save(tmp_path / "films" / folder / "a.png")
        file = tmp_path / "labels" / json.format(folder)
        file.parent.mkdir(parents=True, exist_ok=True)
        content = {"imagePath": path.format(folder), "shapes": [shape("hip", 10.5 + grey, 20.5)]}
        file.write_text(dumps(content))
    films = read_labelme(tmp_path / "labels", tmp_path / "films", None).films
    assert films == (Film(Path("left/a.png"), ((10, 20),)), Film(Path("right/a.png"), ((11, 20),)))


def test_films_of_one_name_that_nothing_tells_apart(tmp_path) -> None:
    for folder in ("left", "right"):
        (tmp_path / "films" / folder).mkdir(parents=True)
        Image.new("L", (100, 80)).save(tmp_path / "films" / folder / "a.png")
    annotate(tmp_path / "labels", "a", shape("hip", 1, 2))
    with pytest.raises(
        DatasetError, match=r"a\.json: imagePath: 2 images below .* are named .*; write the path of one"
    ):
        read_labelme(tmp_path / "labels", tmp_path / "films", None)


@pytest.mark.parametrize(("in_json", "on_disk"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_composed_and_decomposed_letters_are_the_same(tmp_path, in_json, on_disk) -> None:
    name = "Röntgen.png"
    Image.new("L", (100, 80)).save(tmp_path / unicodedata.normalize(on_disk, name))
    labels = [unicodedata.normalize(form, "Hüfte") for form in ("NFC", "NFD")]
    for index, label in enumerate(labels):
        content = {"imagePath": unicodedata.normalize(in_json, name), "shapes": [shape(f" {label} ", 10.5, 20.5)]}
        (tmp_path / f"{index}.json").write_text(dumps(content), encoding="utf-8")
    annotations = read_labelme(tmp_path, None, None)
    assert annotations.landmarks == ("Hüfte",)
    assert [film.landmarks for film in annotations.films] == [((10, 20),)] * 2


def test_the_marked_size_is_kept(images) -> None:
    annotate(images, "a", shape("hip", 1, 2))
    content = loads((images / "a.json").read_text())
    (images / "a.json").write_text(dumps(content | {"imageWidth": 50, "imageHeight": 40}))
    annotations = read_labelme(images, None, None)
    assert annotations.marked_on[Path("a.png")][:2] == (50, 40)
    assert annotations.shown_turned


def test_labels_that_differ_in_capitals_alone(images) -> None:
    annotate(images, "a", shape("hip", 1, 2))
    annotate(images, "b", shape("Hip", 1, 2))
    with pytest.raises(DatasetError, match=r"labels are spelt 'hip' and 'Hip'; give the landmark one spelling"):
        read_labelme(images, None, None)
