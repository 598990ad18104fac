# SPDX-License-Identifier: Apache-2.0
"""Tests of the table importer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bundle.dataset.description import Film
from bundle.errors import ConfigurationError, DatasetError
from bundle.importers.annotations import Unit
from bundle.importers.landmark_csv import read_csv
from bundle.importers.readers import mean_of_readers

HEADER = "image,spacing_mm,x1,y1,x2,y2\n"


@pytest.fixture
def table(tmp_path, images):
    def read(text: str, names: tuple[str, ...] | None = None):
        (tmp_path / "table.csv").write_text(text)
        return read_csv(tmp_path / "table.csv", images, names)

    return read


def test_a_table_with_header(table, images) -> None:
    annotations = table(HEADER + "a.png,0.3,1,2.5,3,4\nb.png,,1,2,,\n\nc,0.1,nan,NaN,-5,6\n")
    assert annotations.folder == images
    assert annotations.landmarks == ("landmark 1", "landmark 2")
    assert annotations.films == (
        Film(Path("a.png"), ((1, 2.5), (3, 4)), (0.3, 0.3)),
        Film(Path("b.png"), ((1, 2), None), None),
        Film(Path("more/c.png"), (None, (-5, 6)), (0.1, 0.1)),
    )


def test_a_table_without_header(table) -> None:
    annotations = table("a,1,2,3,4\nc,5,6,7,8\n", ("left", "right"))
    assert annotations.landmarks == ("left", "right")
    assert annotations.films[1] == Film(Path("more/c.png"), ((5, 6), (7, 8)), None)


NUMBERED = ("landmark 1", "landmark 2")
NAMED = ("left", "right")


@pytest.mark.parametrize(
    ("header", "order", "names"),
    [
        ("image,spacing_mm,x1,x2,y1,y2", (0, 2, 1, 3), NUMBERED),
        ("image,spacing_mm,y1,x1,y2,x2", (1, 0, 3, 2), NUMBERED),
        ("image,Pixel Spacing,x2,y2,x1,y1", (2, 3, 0, 1), NUMBERED),
        ("file,pixel_size,p1x,p1y,p2x,p2y", (0, 1, 2, 3), ("p1", "p2")),
        ("Filename,mm_per_pixel,left_x,left_y,right_x,right_y", (0, 1, 2, 3), NAMED),
        ("id,pixelSpacing (mm),x_left,y_left,x_right,y_right", (0, 1, 2, 3), NAMED),
        ("name,spacing,left (y),left (x),right (y),right (x)", (1, 0, 3, 2), NAMED),
        ("X-ray,spacing,leftX,leftY,rightX,rightY", (0, 1, 2, 3), NAMED),
        ("image_id,spacing,xLeft,xRight,yLeft,yRight", (0, 2, 1, 3), ("Left", "Right")),
        ("Patient,spacing,left.x,left.y,RIGHT.x,right.y", (0, 1, 2, 3), ("left", "RIGHT")),
        ("path,spacing,x1_px,y1_px,x2 [px],y2 (pixels)", (0, 1, 2, 3), NUMBERED),
        ("image,spacing_mm,x[1],y[1],2_x,2_y", (0, 1, 2, 3), NUMBERED),
    ],
)
@pytest.mark.parametrize("write", [",".join, ";".join, "\t".join], ids=["comma", "semicolon", "tab"])
def test_columns_are_told_by_their_names(table, header, order, names, write) -> None:
    rows = [header.split(",")]
    for image, points in (("a.png", [1, 2.5, 3.25, 40]), ("b.png", ["", "", 3.25, 40]), ("c", [2, 3.5, 4.25, 41])):
        rows.append([image, "0.5", *(str(points[index]) for index in order)])
    annotations = table("\n".join(map(write, rows)))
    assert annotations.landmarks == names
    assert annotations.films == (
        Film(Path("a.png"), ((1, 2.5), (3.25, 40)), (0.5, 0.5)),
        Film(Path("b.png"), (None, (3.25, 40)), (0.5, 0.5)),
        Film(Path("more/c.png"), ((2, 3.5), (4.25, 41)), (0.5, 0.5)),
    )


def test_a_spacing_along_each_axis(table) -> None:
    annotations = table("image,spacing_x,spacing_y,x1,y1\na.png,0.1,0.2,1,2\nb.png,,,1,2\n")
    assert [film.spacing for film in annotations.films] == [(0.1, 0.2), None]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("blank", ["", ";;;;;;;", " "])
def test_a_table_as_a_spreadsheet_saves_it(images, tmp_path, encoding, end, blank) -> None:
    rows = ["sep=;", "image;spacing_mm;x1;y1;x2;y2;;", "a.png;0,5;1;2,5;3,25;40;;", blank, "c;;2;3,5;;;;", blank, blank]
    (tmp_path / "table.csv").write_bytes(end.join(rows).encode(encoding))
    assert read_csv(tmp_path / "table.csv", images, None).films == (
        Film(Path("a.png"), ((1, 2.5), (3.25, 40)), (0.5, 0.5)),
        Film(Path("more/c.png"), ((2, 3.5), None)),
    )


@pytest.mark.parametrize("names", [None, ("right", "left")])
def test_a_table_of_one_landmark_a_row(table, names) -> None:
    text = "image,spacing_mm,landmark,y,x\na.png,0.5,left,2.5,1\na.png,,right,40,3.25\nc,,right ,41,4\nc,,left,,\n"
    annotations = table(text.replace("a.png,,", "a.png,0.5,"), names)
    order = (0, 1) if names is None else (1, 0)
    assert annotations.landmarks == (names or NAMED)
    films = [((1, 2.5), (3.25, 40)), (None, (4, 41))]
    assert [film.landmarks for film in annotations.films] == [tuple(film[index] for index in order) for film in films]
    assert [film.spacing for film in annotations.films] == [(0.5, 0.5), None]


@pytest.mark.parametrize(
    ("names", "landmarks", "points"),
    [
        (("right", "left"), ("right", "left"), ((3, 4), (1, 2))),
        (("A", "B"), ("A", "B"), ((1, 2), (3, 4))),
    ],
)
def test_given_names_order_or_replace_those_of_the_columns(table, names, landmarks, points) -> None:
    annotations = table("image,left_x,left_y,right_x,right_y\na.png,1,2,3,4\n", names)
    assert annotations.landmarks == landmarks
    assert annotations.films[0].landmarks == points


def test_given_names_of_which_the_columns_have_some(table) -> None:
    with pytest.raises(ConfigurationError, match="its columns name 'left' and other landmarks than --landmark_names"):
        table("image,left_x,left_y,right_x,right_y\na.png,1,2,3,4\n", ("Left", "nasion"))


def test_other_columns_are_passed_over_by_name(table, capsys) -> None:
    annotations = table(",image,age,x1,y1,comment\n0,a.png,7,1,2,nice\n1,b.png,8,3,4,\n")
    assert [film.landmarks for film in annotations.films] == [((1, 2),), ((3, 4),)]
    assert "table.csv: passed over the columns '', 'age', 'comment'" in capsys.readouterr().err


def test_a_unit_in_the_names_of_the_columns(table) -> None:
    assert table("image,x1_mm,y1_mm\na.png,1,2\n").unit is Unit.MILLIMETRES
    assert table("image,x1 (%),y1 (%)\na.png,1,2\n").unit is Unit.PERCENT
    assert table("image,x1,y1\na.png,1,2\n").unit is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", r"table\.csv: is empty"),
        (HEADER, r"table\.csv: has no row with landmarks"),
        (HEADER + "a.png,0.3,1,2,3,4\nb.png,0.3,1,2,3,z\n", r"table\.csv, line 3: 'z' is not a number; correct it"),
        ("image,x1,x2,y1\na.png,1,2,3\n", r"line 1: '2' has no column of y; add it, or rename the other"),
        ("image,x1,y1,X1\na.png,1,2,3\n", r"line 1: 'X1' is a second column of x; keep one of them"),
        ("image,x1,y1,v1\na.png,1,2,0\n", r"line 1: 'v1' seems to say more of a point than x and y"),
        ("image,nasion_x,nasion_y,nasion_z\na.png,1,2,0\n", r"line 1: 'nasion_z' seems to say more of a point"),
        ("image,x1_mm,y1_px\na.png,1,2\n", r"line 1: 'x1_mm' and 'y1_px' name different units"),
        ("image,age\na.png,old\n", r"line 1: the header names no x and y of landmarks; name the columns x1,y1"),
        ("x1,y1\n1,2\n", r"line 1: the header names no column of the image; name it 'image'"),
        ("image,x,y\na.png,1,2\na.png,3,4\n", r"line 3: is a second row of a\.png; keep one, or name the column of"),
        ("image,landmark,x,y\na.png,s,1,2\na.png,s,3,4\n", r"line 3: is of the landmark 's' again; name each"),
        ("image,landmark,x,y\na.png,s,1,2\nb.png,S,3,4\n", r"labels are spelt 's' and 'S'; give the landmark one"),
        ("image,landmark,spacing,x,y\na.png,s,1,1,2\na.png,n,2,3,4\n", r"line 3: the spacing is not that of the film"),
        ("image;x1;y1\na.png;1,5;2.5\n", r"has both '1,5' and '2\.5', so that the comma may be decimal or part thou"),
        ("image;x1;y1\na.png;1,500;900\n", r"has both '1,500' and '900', so that the comma may be decimal or part"),
        ("a.png\n", r"table\.csv: its first line is no row of cells; separate them by commas, semicolons or tabs"),
        ("image,x1,y1\na.png,1_0,2\n", r"line 2: '1_0' is not a number"),
        ("image,x1,y1\na.png,١٢,2\n", r"line 2: '١٢' is not a number"),
        ("image,x1,y1\na.png,12\x1c,2\n", r"table\.csv: holds control characters such as '.x1c'"),
        ("a,1,2,3\n", r"table\.csv, line 1: has 3 coordinates, not pairs of x and y"),
        (
            'image,x1,y1\na.png,1,2\n"b.png,1,2\n',
            r"line 3: is no row of a table \(unexpected end of data\); correct its",
        ),
        (HEADER + "a.png,0.3,1,2,3,4\n" + "x" * 140000, r"line 3: is no row of a table \(field larger"),
        (HEADER + "a.png,0.3,1,2,3," + "9" * 400 + "\n", r"line 2: '9+….* is not a number"),
        (HEADER + "n" * 300 + ",,1,2,3,4\n", r"line 2: no image named 'n+…' lies below"),
        (HEADER + "a.png,0.3,1,2,3,inf\n", r"table\.csv, line 2: 'inf' is not a number"),
        (HEADER + "a.png,0.3,1,2,3\n", r"table\.csv, line 2: has 5 cells where the first row has 6; write every"),
        (
            HEADER + "a.png,0.3,1,2,3,\n",
            r"table\.csv, line 2: one of x = '3' and y = '' is missing; give both or neither",
        ),
        (HEADER + "a.png,0.3,1,2,3,4\nb.png,0.3,1,2\n", r"table\.csv, line 3: has 4 cells where the first row has 6"),
        (HEADER + "d.png,0.3,1,2,3,4\n", r"table\.csv, line 2: no image named 'd\.png'"),
        (HEADER + "a.png,-1,1,2,3,4\n", r"table\.csv, line 2: the spacing is -1, not between 0\.0001 and 100 mm"),
        (HEADER + "a.png,143,1,2,3,4\n", r"table\.csv, line 2: the spacing is 143, not between .*; correct it"),
        (HEADER + "a.png,0.3mm,1,2,3,4\n", r"table\.csv, line 2: '0\.3mm' is not a number"),
    ],
)
def test_a_malformed_table(table, text, sentence) -> None:
    with pytest.raises(DatasetError, match=sentence):
        table(text)


def test_another_number_of_names(table) -> None:
    with pytest.raises(ConfigurationError, match="has 2 points a film where 1 landmark names are given; give 2 names"):
        table(HEADER + "a.png,0.3,1,2,3,4\n", ("sella",))


def test_the_mean_of_two_readers(table) -> None:
    readers = [table("a,1,2,,\nb,,,,\n"), table("a,3,4,5,6\nb,,,1,2\n")]
    assert [film.landmarks for film in mean_of_readers(readers).films] == [((2, 3), (5, 6)), (None, (1, 2))]


def test_readers_of_other_films(table) -> None:
    with pytest.raises(DatasetError, match=r"b\.png: is not marked by both reader 1 and reader 2; give the same films"):
        mean_of_readers([table("a,1,2\n"), table("a,1,2\nb,1,2\n")])


def test_readers_of_other_landmarks(table) -> None:
    with pytest.raises(DatasetError, match="reader 2 names other landmarks than reader 1"):
        mean_of_readers([table("a,1,2\n"), table("a,1,2\n", ("sella",))])


@pytest.mark.real_data
def test_the_mean_of_the_readers_of_the_real_cephalograms(radiograph_data) -> None:
    folder = radiograph_data / "ceph"
    readers = [read_csv(folder / f"landmarks_{reader}.csv", None, None) for reader in ("senior", "junior")]
    mean, expected = mean_of_readers(readers), read_csv(folder, None, None)
    difference = [
        np.subtract(film.landmarks, other.landmarks) for film, other in zip(mean.films, expected.films, strict=True)
    ]
    assert len(difference) == 300
    assert np.abs(difference).max() < 0.011, "the table is rounded to 0.01 px"
