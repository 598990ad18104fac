# SPDX-License-Identifier: Apache-2.0
"""Tests of the 3D Slicer Markups importer."""

from __future__ import annotations

import json
from pathlib import Path

import itk
import numpy as np
import pytest

from bundle.errors import DatasetError
from bundle.importers.slicer import read_slicer


def annotate(folder: Path, name: str, points: list[dict], system: str = "LPS") -> None:
    markups = [{"type": "Fiducial", "coordinateSystem": system, "controlPoints": points}]
    (folder / f"{name}.mrk.json").write_text(json.dumps({"markups": markups}))


def control_point(label: str, *position: float, status: str = "defined") -> dict:
    return {"label": label, "position": list(position), "positionStatus": status}


def test_a_png_lies_at_the_origin_with_1_mm_a_pixel(images) -> None:
    points = [control_point("hip", 10, 20, 0), control_point("knee", 0, 0, 0, status="undefined")]
    annotate(images, "a", points)
    annotate(images, "b", [control_point("knee", -30, -40, 0)], system="RAS")
    annotations = read_slicer(images, None, ("hip", "knee"))
    assert [film.image.name for film in annotations.films] == ["a.png", "b.png"]
    assert annotations.films[0].landmarks == ((10, 20), None)
    assert annotations.films[1].landmarks == (None, (30, 40))


@pytest.mark.parametrize(
    ("units", "factor"),
    [("mm", 1), ("cm", 10), ("m", 1000), ("um", 0.001), (["cm", "UCUM", "centimeter"], 10), (None, 1)],
)
@pytest.mark.parametrize(("system", "sign"), [("LPS", 1), (1, 1), ("RAS", -1), (0, -1), ("0", -1), (None, 1)])
def test_units_and_systems_as_slicer_writes_them(images, units, factor, system, sign) -> None:
    position = [sign * 10 / factor, sign * 20 / factor, 0]
    markup = {"type": "Fiducial", "coordinateSystem": system, "coordinateUnits": units}
    content = {"markups": [markup | {"controlPoints": [control_point("hip", *position)]}]}
    (images / "a.mrk.json").write_text(json.dumps(content))
    (film,) = read_slicer(images, None, None).films
    np.testing.assert_allclose(film.landmarks, [(10, 20)])


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("coordinateUnits", "inch", r"coordinateUnits is 'inch'; save the points in one of mm, cm"),
        ("coordinateUnits", [], r"coordinateUnits is \[\], not a text"),
        ("coordinateSystem", 2, r"coordinateSystem is 2; save the points in LPS or RAS"),
    ],
)
def test_unknown_units_and_systems(images, field, value, sentence) -> None:
    markup = {"type": "Fiducial", field: value, "controlPoints": [control_point("hip", 1, 2, 0)]}
    (images / "a.mrk.json").write_text(json.dumps({"markups": [markup]}))
    with pytest.raises(DatasetError, match=sentence):
        read_slicer(images, None, None)


def test_an_unknown_status_is_not_taken_for_a_missing_point(images) -> None:
    annotate(images, "a", [control_point("hip", 1, 2, 0, status="placed")])
    with pytest.raises(
        DatasetError, match="positionStatus is 'placed', not defined or one of undefined, missing, prev"
    ):
        read_slicer(images, None, None)


def test_positions_follow_the_geometry_of_the_image(images) -> None:
    """A film placed in space by itk itself, the library that Slicer reads images with."""
    image = itk.GetImageFromArray(np.zeros((1, 40, 50), np.uint8))
    image.SetSpacing([0.2, 0.3, 1.0])
    image.SetOrigin([-10.0, 20.0, 5.0])
    image.SetDirection(itk.GetMatrixFromArray(np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]])))
    itk.imwrite(image, str(images / "d.mha"))
    index = [7, 31, 0]
    annotate(images, "d", [control_point("hip", *image.TransformIndexToPhysicalPoint(index))])
    (film,) = read_slicer(images, None, None).films
    np.testing.assert_allclose(film.landmarks, [index[:2]], atol=1e-9)


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        (
            [control_point("", 1, 2, 0)],
            r"controlPoints\[0\]\.label is ''; give each point the name of its own landmark",
        ),
        ([control_point("hip", 1, 2, 0)] * 2, r"controlPoints\[1\]\.label is 'hip'; give each point the name"),
        ([control_point("hip", 1, 2)], r"controlPoints\[0\]\.position is \[1, 2\], not three numbers; export"),
        ([control_point("hip", 1, 2, "x")], r"controlPoints\[0\]\.position\[2\]: 'x' is not a number"),
        ([control_point("hip", 1, 2, None)], r"controlPoints\[0\]\.position is \[1, 2, None\], not three numbers"),
        ([control_point("hop", 1, 2, 0)], "'hop' is none of the landmarks"),
    ],
)
def test_a_malformed_point(images, points, sentence) -> None:
    annotate(images, "a", points)
    with pytest.raises(DatasetError, match=rf"a\.mrk\.json: .*{sentence}"):
        read_slicer(images, None, ("hip",))


def test_another_coordinate_system(images) -> None:
    annotate(images, "a", [], system="scanner")
    with pytest.raises(DatasetError, match=r"coordinateSystem is 'scanner'; save the points in LPS or RAS"):
        read_slicer(images, None, None)


def test_several_point_lists_of_a_file_are_taken_together(images) -> None:
    """The labels of a line are its ends, not landmarks."""
    line = {"type": "Line", "coordinateSystem": "LPS", "controlPoints": [control_point("L-1", 1, 1, 0)]}
    lists = [
        {"type": "Fiducial", "coordinateSystem": "LPS", "controlPoints": [control_point("hip", 10, 20, 0)]},
        {"type": "Fiducial", "coordinateSystem": "RAS", "controlPoints": [control_point("knee", -30, -40, 0)]},
    ]
    (images / "a.mrk.json").write_text(json.dumps({"markups": [lists[0], line, lists[1]]}))
    annotations = read_slicer(images, None, None)
    assert annotations.landmarks == ("hip", "knee")
    assert annotations.films[0].landmarks == ((10, 20), (30, 40))
    lists[1]["controlPoints"][0]["label"] = "hip"
    (images / "a.mrk.json").write_text(json.dumps({"markups": lists}))
    with pytest.raises(DatasetError, match=r"markups\[1\]\.controlPoints\[0\]\.label is 'hip'; give each point"):
        read_slicer(images, None, None)


def test_no_markup(images) -> None:
    (images / "a.mrk.json").write_text('{"markups": []}')
    with pytest.raises(DatasetError, match="has no labelled point"):
        read_slicer(images, None, None)


COLUMNS = "# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            ["# Markups fiducial file version = 4.10", "# CoordinateSystem = 0", COLUMNS],
            "n_0,-10,-20,0,0,0,0,1,1,1,0,hip,,",
        ),
        (
            ["# Markups fiducial file version = 4.11", "# CoordinateSystem = LPS", COLUMNS],
            "0,10,20,0,0,0,0,1,1,1,0,hip,,,2,0",
        ),
        (["# Markups fiducial file version = 4.4", COLUMNS], 'n_0,-10,-20,0,0,0,0,1,1,1,0,hip,"left, old",'),
        (["# name = F", "# numPoints = 1", "# columns = label,x,y,z,sel,vis"], "hip,-10,-20,0,1,1"),
    ],
    ids=["RAS by number", "LPS by name", "no system is RAS", "Slicer 3"],
)
def test_an_older_list(images, header, row) -> None:
    (images / "a.fcsv").write_text("\n".join([*header, row, ""]))
    annotations = read_slicer(images, None, None)
    assert annotations.landmarks == ("hip",)
    assert annotations.films[0].landmarks == ((10, 20),)


def test_a_point_of_a_list_that_was_not_placed_is_missing(images) -> None:
    """Slicer 5 gives such a point the place of the cursor, and its status in a column that the header does not name."""
    rows = ["1,-10,-20,0,0,0,0,1,1,1,0,hip,,,2,0", "2,-3,-4,0,0,0,0,1,1,1,0,knee,,,0,0"]
    (images / "a.fcsv").write_text("\n".join(["# CoordinateSystem = RAS", COLUMNS, *rows]))
    assert read_slicer(images, None, ("hip", "knee")).films[0].landmarks == ((10, 20), None)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["1,2,3"], "has no header '# columns = …' with label, x, y and z"),
        (["# CoordinateSystem = IJK", COLUMNS], "CoordinateSystem is 'IJK'; save the points in LPS or RAS"),
        ([COLUMNS, "0,1,2,0"], "line 2: has 4 cells where the header names 14; correct the row"),
        ([COLUMNS, "0,1,two,0,0,0,0,1,1,1,0,hip,,"], "line 2: 'two' is not a number"),
        ([COLUMNS, "0,1,,0,0,0,0,1,1,1,0,hip,,"], "line 2: has no x, y and z; place the point again"),
        ([COLUMNS, *["0,1,2,0,0,0,0,1,1,1,0,hip,,"] * 2], "line 3: the label is 'hip'; give each point"),
    ],
)
def test_a_malformed_list(images, lines, sentence) -> None:
    (images / "a.fcsv").write_text("\n".join(lines))
    with pytest.raises(DatasetError, match=rf"a\.fcsv.*{sentence}"):
        read_slicer(images, None, None)


def test_two_files_of_one_film(images) -> None:
    annotate(images, "a", [control_point("hip", 1, 2, 0)])
    (images / "a.fcsv").write_text("\n".join([COLUMNS, "0,1,2,0,0,0,0,1,1,1,0,hip,,"]))
    with pytest.raises(DatasetError, match=r"a\.png is annotated before, in .*; keep one of them"):
        read_slicer(images, None, None)


def test_no_image_of_that_name(images) -> None:
    annotate(images, "z", [control_point("hip", 1, 2, 0)])
    with pytest.raises(DatasetError, match=r"z\.mrk\.json: no image named 'z'"):
        read_slicer(images, None, None)


def test_an_image_that_itk_cannot_read(images) -> None:
    (images / "d.png").write_text("no image")
    annotate(images, "d", [control_point("hip", 1, 2, 0)])
    with pytest.raises(
        DatasetError, match=r"d\.png: cannot be read as an image; give the image that was loaded in Slicer"
    ):
        read_slicer(images, None, None)
