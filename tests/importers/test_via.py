# SPDX-License-Identifier: Apache-2.0
"""Tests of the importer of VGG Image Annotator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.via import read_via

HEADER = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes"


def region(x: float, y: float, shape: str = "point", **attributes: Any) -> dict[str, Any]:
    return {"shape_attributes": {"name": shape, "cx": x, "cy": y}, "region_attributes": attributes}


def entry(name: str, regions: Any) -> dict[str, Any]:
    return {f"{name}4711": {"filename": name, "size": 4711, "regions": regions, "file_attributes": {}}}


def write(folder: Path, content: Any) -> Path:
    (folder / "via.json").write_text(json.dumps(content))
    return folder / "via.json"


EXPECTED = (Film(Path("a.png"), ((10, 19.5), (29.5, 39.5))), Film(Path("b.png")))
REGIONS = [region(10.5, 20, name="hip"), region(1, 1, "circle", name="box"), region(30, 40, name="knee")]


@pytest.mark.parametrize(
    "content",
    [
        {**entry("a.png", REGIONS), **entry("b.png", [])},
        {"_via_settings": {}, "_via_img_metadata": {**entry("a.png", REGIONS), **entry("b.png", [])}},
        {**entry("a.png", dict(enumerate(REGIONS))), **entry("b.png", {})},
    ],
    ids=["annotations", "project", "VIA 1"],
)
def test_points_count_from_the_pixel_s_corner(images, content) -> None:
    annotations = read_via(write(images, content), None, None)
    assert annotations.landmarks == ("hip", "knee")
    assert annotations.films == EXPECTED


@pytest.mark.parametrize("comment", ["", "#"])
def test_a_table_holds_json_in_its_cells(images, comment) -> None:
    (images / "via.csv").write_text(
        f"{comment}{HEADER}\n"
        'a.png,4711,"{}",2,0,"{""name"":""point"",""cx"":10.5,""cy"":20}","{""landmark"":""hip""}"\n'
        'a.png,4711,"{}",2,1,"{""name"":""point"",""cx"":30,""cy"":40}","{""landmark"":""knee""}"\n'
        'b.png,4711,"{}",0,0,"{}","{}"\n'
    )
    annotations = read_via(images, None, None)
    assert annotations.films == EXPECTED


@pytest.mark.parametrize(
    "attributes", [{"point": "hip"}, {"view": "AP", "name": "hip"}, {"name": {"hip": True, "x": 0}}]
)
def test_the_attribute_that_names_the_landmark(images, attributes) -> None:
    annotations = read_via(write(images, entry("a.png", [region(1, 2, **attributes)])), None, None)
    assert annotations.landmarks == ("hip",)


@pytest.mark.parametrize(
    ("regions", "sentence"),
    [
        ([region(1, 2, name="hip")] * 2, r"regions\[1\].shape_attributes is a second point 'hip' of one film"),
        ([region(1, 2)], "region_attributes: none is called name; give each point the name of its landmark"),
        ([region(1, 2, view="AP", side="left")], "region_attributes: none is called name"),
        ([region(1, 2, name="")], "is a point without a label"),
        ([region(1, "two", name="hip")], "cy: 'two' is not a number"),
        ([{"shape_attributes": {"name": "point"}, "region_attributes": {"name": "hip"}}], "has no cx"),
        ([{}], "has no shape_attributes"),
        (None, "has no regions"),
        ([], "has no labelled point"),
    ],
)
def test_a_malformed_region(images, regions, sentence) -> None:
    with pytest.raises(DatasetError, match=sentence):
        read_via(write(images, entry("a.png", regions)), None, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("filename,x,y\na.png,1,2\n", "has no columns filename, region_shape_attributes and region_attributes"),
        (f'{HEADER}\na.png,1,"{{}}",1,0,"{{name","{{}}"\n', "line 2, region_shape_attributes: is not valid JSON"),
        (f"{HEADER}\na.png\n", "has no labelled point"),
    ],
)
def test_a_malformed_table(images, text, sentence) -> None:
    (images / "via.csv").write_text(text)
    with pytest.raises(DatasetError, match=sentence):
        read_via(images, None, None)
