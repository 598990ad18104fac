# SPDX-License-Identifier: Apache-2.0
"""Tests of the importer of ImageJ's point selections."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.imagej import read_imagej

roifile = pytest.importorskip("roifile")


def selection(*points: tuple[float, float], name: str = "", kind: str = "POINT") -> roifile.ImagejRoi:
    roi = roifile.ImagejRoi.frompoints(list(points), name=name)
    roi.roitype = roifile.ROI_TYPE[kind]
    return roi


def integer_roi(*points: tuple[int, int]) -> bytes:
    """A multi-point selection of whole pixels, byte by byte as ImageJ's RoiEncoder writes it: no 32-bit floats."""
    left, top = (min(values) for values in zip(*points, strict=True))
    right, bottom = (max(values) for values in zip(*points, strict=True))
    header = b"Iout" + struct.pack(">hBxhhhhH", 228, 10, top, left, bottom, right, len(points))
    relative = [x - left for x, _ in points] + [y - top for _, y in points]
    return header.ljust(64, b"\0") + struct.pack(f">{len(relative)}h", *relative)


def test_named_points_of_a_roi_set(images) -> None:
    """Whole numbers are the centres of pixels (documentation of ij.gui.Roi)."""
    line = selection((1, 1), (2, 2), name="axis", kind="POLYLINE")
    roifile.roiwrite(images / "a_RoiSet.zip", [selection((10.5, 20), name="hip"), line, selection((3, 4), name="knee")])
    roifile.roiwrite(images / "RoiSet_b.zip", [selection((5, 6), name="knee"), selection((1, 2), name="ankle")])
    annotations = read_imagej(images, None, None)
    assert annotations.landmarks == ("knee", "ankle", "hip")
    by_name = {
        film.image.name: dict(zip(annotations.landmarks, film.landmarks, strict=True)) for film in annotations.films
    }
    assert by_name["a.png"] == {"hip": (10.5, 20), "knee": (3, 4), "ankle": None}
    assert by_name["b.png"] == {"hip": None, "knee": (5, 6), "ankle": (1, 2)}


def test_the_order_tells_the_points_of_one_selection(images) -> None:
    (images / "a.roi").write_bytes(integer_roi((10, 20), (5, 30), (7, 8)))
    annotations = read_imagej(images, None, None)
    assert annotations.landmarks == ("landmark 1", "landmark 2", "landmark 3")
    assert annotations.films == (Film(Path("a.png"), ((10, 20), (5, 30), (7, 8))),)
    assert read_imagej(images / "a.roi", None, ("x", "y", "z")).landmarks == ("x", "y", "z")


def test_names_that_imagej_gives_are_none(images) -> None:
    roifile.roiwrite(images / "a.zip", [selection((1, 2), name="0002-0001"), selection((3, 4), name="0001-0004-0003")])
    assert read_imagej(images, None, None).landmarks == ("landmark 1", "landmark 2")


@pytest.mark.parametrize(
    ("rois", "sentence"),
    [
        ([selection((1, 2), name="hip"), selection((3, 4), name="hip")], "is a second point 'hip' of one film"),
        ([selection((1, 2), name="hip"), selection((3, 4), name="0004-0003")], "has points with and without a name"),
        ([selection((1, 2), name="hip"), selection((3, 4), (5, 6), name="knee")], "has points with and without a name"),
        ([selection((1, 2), (3, 4), name="axis", kind="POLYLINE")], "has no labelled point"),
    ],
)
def test_selections_that_are_no_landmarks(images, rois, sentence) -> None:
    roifile.roiwrite(images / "a.zip", rois)
    with pytest.raises(DatasetError, match=sentence):
        read_imagej(images, None, None)


def test_films_with_other_numbers_of_points(images) -> None:
    (images / "a.roi").write_bytes(integer_roi((10, 20), (5, 30)))
    (images / "b.roi").write_bytes(integer_roi((10, 20)))
    with pytest.raises(DatasetError, match=r"b\.roi: has 1 points where 2 landmarks are expected"):
        read_imagej(images, None, None)


@pytest.mark.parametrize("content", [b"", b"Iout", b"Iout" + b"\xff" * 60, integer_roi((1, 2), (3, 4))[:66], b"PK\3\4"])
def test_a_broken_selection(images, content) -> None:
    (images / "a.roi").write_bytes(content)
    with pytest.raises(DatasetError, match=r"a\.roi: cannot be read as a selection of ImageJ|no labelled point"):
        read_imagej(images, None, None)


def test_a_bomb(images) -> None:
    with zipfile.ZipFile(images / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hip.roi", bytes(60_000_000))
    with pytest.raises(DatasetError, match="unpacks to more than selections of points do"):
        read_imagej(images, None, None)


@pytest.mark.parametrize("comma", [",", "\t"])
def test_a_table_of_results(images, comma) -> None:
    rows = [" ,Area,Mean,X,Y,Slice", "1,0,12,10.5,20,1", "2,0,13,3,4,1"]
    (images / "a.csv").write_text("\n".join(rows).replace(",", comma))
    annotations = read_imagej(images, None, None)
    np.testing.assert_allclose(annotations.films[0].landmarks, [[10.5, 20], [3, 4]])


def test_the_labels_of_a_table_name_films_and_points(images) -> None:
    rows = [" ,Label,X,Y", "1,a.png:hip,10.5,20", "2,a.png:knee,3,4", "3,b.png:hip,5,6"]
    (images / "Results.csv").write_text("\n".join(rows))
    annotations = read_imagej(images / "Results.csv", None, None)
    assert annotations.landmarks == ("hip", "knee")
    assert annotations.films == (Film(Path("a.png"), ((10.5, 20), (3, 4))), Film(Path("b.png"), ((5, 6), None)))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" ,Area\n1,2\n", "has no columns X and Y; measure the points"),
        (" ,X,Y\n1,2,two\n", "line 2: 'two' is not a number"),
        (" ,X,Y\n1,,\n", "line 2: has no X and Y; measure the point again"),
    ],
)
def test_a_malformed_table(images, text, sentence) -> None:
    (images / "a.csv").write_text(text)
    with pytest.raises(DatasetError, match=sentence):
        read_imagej(images, None, None)
