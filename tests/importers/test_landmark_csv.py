# SPDX-License-Identifier: Apache-2.0
"""Tests of the table importer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bundle.dataset.description import Film
from bundle.errors import ConfigurationError, DatasetError
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


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", r"table\.csv: is empty"),
        (HEADER, r"table\.csv: has no row with landmarks"),
        ("image,x1,y1\na.png,1,2\n", r"table\.csv, line 1: the header does not begin with image,spacing_mm"),
        ("id,x0,y0\na,1,2\n", r"table\.csv, line 1: 'x0' is not a number"),
        (HEADER + "a.png,0.3,1,2,3,4\nb.png,0.3,1,2,3,z\n", r"table\.csv, line 3: 'z' is not a number; correct it"),
        (HEADER + "a.png,0.3,1,2,3,inf\n", r"table\.csv, line 2: 'inf' is not a number"),
        (HEADER + "a.png,0.3,1,2,3\n", r"table\.csv, line 2: has 3 coordinates, not pairs of x and y"),
        (
            HEADER + "a.png,0.3,1,2,3,\n",
            r"table\.csv, line 2: one of x = '3' and y = '' is missing; give both or neither",
        ),
        (HEADER + "a.png,0.3,1,2,3,4\nb.png,0.3,1,2\n", r"table\.csv, line 3: has 1 points where the first film has 2"),
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
