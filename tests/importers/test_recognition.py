# SPDX-License-Identifier: Apache-2.0
"""Tests of telling a format by content; test_formats_agree.py tells those of all formats."""

from __future__ import annotations

import json

import pytest

from bundle.__main__ import main
from bundle.errors import DatasetError
from bundle.importers.first_look import FirstLook
from bundle.importers.formats import ANNOTATION_FORMATS
from bundle.importers.landmark_sets import CEPHALOGRAM
from bundle.importers.recognition import recognised


def test_a_table_by_its_header(tmp_path) -> None:
    (tmp_path / "landmarks.csv").write_text("image,spacing_mm,x1,y1\na.png,0.1,1,2\n")
    assert recognised([tmp_path]) == ("csv", "its table has a column of images and columns of x and y")


def test_the_files_of_isbi_2015(tmp_path) -> None:
    lines = ["835,996"] * len(CEPHALOGRAM.landmarks) + ["1"] * 8
    for name in ("001", "002"):
        (tmp_path / f"{name}.txt").write_text("\n".join(lines))
    assert recognised([tmp_path])[0] == "isbi"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "is certainly of no known format (none of its files fits); name the format instead of auto"),
        ({"notes.docx": "?"}, "none of its files fits"),
        ({"t.csv": "1,2,3\n4,5,6\n"}, "by the names of its files it could be csv, aasce, via, imagej, deeplabcut"),
        ({"a.json": "{}"}, "by the names of its files it could be coco, labelme, cl-detection, label-studio, via"),
        ({"a.json": "["}, "it could be coco"),
        ({"a.json": "[" * 100_000}, "it could be coco"),
        ({"a.json": "[3]"}, "it could be coco"),
        ({"a.json": '{"a": 3}'}, "it could be coco"),
        (
            {"a.json": '{"shapes": [], "imagePath": ""}', "b.xml": "<annotations>"},
            "could be labelme, since its JSON has",
        ),
        ({"a.roi": "no ROI", "b.zip": "no ZIP", "c.dcm": "no DICOM", "d.tps": "", "e.txt": ""}, "it could be"),
    ],
)
def test_what_is_not_certain_is_refused(tmp_path, files, sentence) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(DatasetError) as error:
        recognised([tmp_path])
    assert sentence in str(error.value)


def test_sources_of_two_formats(tmp_path) -> None:
    for name, content in {"a": {"shapes": [], "imagePath": ""}, "b": {"markups": []}}.items():
        (tmp_path / name).mkdir()
        suffix = "mrk.json" if name == "b" else "json"
        (tmp_path / name / f"film.{suffix}").write_text(json.dumps(content))
    with pytest.raises(DatasetError, match="the sources are labelme and slicer; import those of one format at a time"):
        recognised([tmp_path / "a", tmp_path / "b"])


def test_a_source_that_is_missing(tmp_path, capsys) -> None:
    assert main(["import", "auto", str(tmp_path / "x"), "--out", str(tmp_path / "out")]) == 2
    assert "does not exist; give the path of the annotations" in capsys.readouterr().err


@pytest.mark.parametrize("name", ANNOTATION_FORMATS)
def test_nothing_is_of_a_format(tmp_path, name) -> None:
    assert ANNOTATION_FORMATS[name].recognise(FirstLook(tmp_path / "missing")) is None
