# SPDX-License-Identifier: Apache-2.0
"""Annotation files that hold what no program writes: each ends in one sentence, and no film is copied."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bundle.__main__ import main
from bundle.errors import BundleError, DatasetError
from bundle.importers.coco import read_coco
from bundle.importers.entries import Entry, read_json
from bundle.importers.labelme import read_labelme
from bundle.importers.slicer import read_slicer

LABELME = {
    "imagePath": "a.png",
    "imageWidth": 100,
    "imageHeight": 80,
    "shapes": [{"label": "hip", "points": [[10.5, 20.5]], "shape_type": "point"}],
}
COCO = {
    "images": [{"id": 1, "file_name": "a.png", "width": 100, "height": 80}],
    "categories": [{"id": 1, "name": "leg", "keypoints": ["hip"], "skeleton": []}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "keypoints": [10, 20, 2]}],
}
SLICER = {
    "markups": [
        {
            "type": "Fiducial",
            "coordinateSystem": "LPS",
            "coordinateUnits": "mm",
            "controlPoints": [{"label": "hip", "position": [10, 20, 0], "positionStatus": "defined"}],
        }
    ]
}
SOURCES = {
    "labelme": (LABELME, "a.json", read_labelme),
    "coco": (COCO, "a.json", read_coco),
    "slicer": (SLICER, "a.mrk.json", read_slicer),
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all values below one."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, member in members for place in places(member, (*path, key)))]


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from(
        [10**400, -(10**30), 1e308, "", "\ud800", "a\0", "x" * 5000, "nan", "1e999", "..", "/etc", "\u202e"]
    )
    | st.integers()
    | st.floats()
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), ODD)
def test_an_odd_value_anywhere_is_refused_in_one_line_or_read(images, name, data, odd) -> None:
    content, file, read = SOURCES[name]
    path = data.draw(st.sampled_from(places(content)[1:]))
    changed = copy.deepcopy(content)
    parent: Any = changed
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = odd
    (images / file).write_text(json.dumps(changed))
    try:
        read(images if name != "coco" else images / file, images, None)
    except BundleError as error:
        assert file in str(error) or "imagePath" in str(error) or str(images) in str(error)
        assert "\n" not in str(error) and len(str(error)) < 700
        str(error).encode()


@pytest.mark.parametrize("read", [content[2] for content in SOURCES.values()])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[" * 100_000, "is nested too deep to be annotations; export the annotations again"),
        ('{"shapes": ' + "9" * 5000 + "}", r"is not valid JSON \(Exceeds the limit"),
        ("{", "is not valid JSON"),
        ("[]", "holds no JSON object|is not"),
        ("{}\0", r"holds control characters such as '.x00'; save it as UTF-8 text"),
        ("", "is empty; give a file with annotations"),
    ],
)
def test_a_file_that_is_no_annotation(images, read, text, sentence) -> None:
    file = images / ("a.mrk.json" if read is read_slicer else "a.json")
    file.write_text(text)
    with pytest.raises(DatasetError, match=sentence):
        read(file if read is read_coco else images, images, None)


def test_text_of_utf_16_is_read(tmp_path) -> None:
    (tmp_path / "a.json").write_text('{"label": "Hüfte"}', encoding="utf-16")
    assert read_json(tmp_path / "a.json").member("label").text() == "Hüfte"


def test_a_label_has_no_blanks_around_it_and_composed_letters() -> None:
    assert Entry(" Hu\u0308fte\t", "here").label() == "Hüfte"


def test_what_no_reader_foresees_is_one_sentence_too(images, tmp_path, capsys, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("of\nsome library")

    monkeypatch.setattr("bundle.importers.labelme.read_labelme", fail)
    assert main(["import", "labelme", str(images), "--out", str(tmp_path / "out")]) == 2
    (error,) = capsys.readouterr().err.splitlines()
    assert "cannot be read as a folder of LabelMe JSON files" in error and "ZeroDivisionError" in error
