# SPDX-License-Identifier: Apache-2.0
"""Tests of the importer of the AASCE spine tables."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from bundle.errors import DatasetError
from bundle.importers.aasce import read_aasce
from bundle.importers.landmark_sets import SPINE
from bundle.importers.statement import Statement, in_pixels

ROW = ",".join([*(f"{index / 100}" for index in range(68)), *(["0.5"] * 68)])


def write_tables(folder: Path, names: list[str], rows: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "filenames.csv").write_text("\n".join(names) + "\n")
    (folder / "landmarks.csv").write_text("\n".join(rows) + "\n")


def test_fractions_of_the_image_become_pixels(images, tmp_path) -> None:
    write_tables(tmp_path / "labels", ["a.png", "c.png"], [ROW, ROW])
    annotations = read_aasce(tmp_path / "labels", images, None)
    assert annotations.landmarks == SPINE.landmarks
    assert annotations.landmarks[:2] == ("T1 upper left", "T1 upper right")
    assert annotations.landmarks[-1] == "L5 lower right"
    assert [film.image for film in annotations.films] == [Path("a.png"), Path("more/c.png")]
    films = in_pixels(annotations, Statement()).films
    np.testing.assert_allclose(films[0].landmarks, [[index, 40] for index in range(68)])
    assert not annotations.splits
    assert annotations.repeated
    assert list(annotations.parts)[:: len(annotations.parts) - 1] == ["T1", "L5"]
    assert annotations.parts["T2"] == ("T2 upper left", "T2 upper right", "T2 lower left", "T2 lower right")
    assert annotations.pairs[1:3] == (("T1 lower left", "T1 lower right"), ("T2 upper left", "T2 upper right"))


def test_other_names_are_those_of_the_parts_too(images, tmp_path) -> None:
    write_tables(tmp_path / "labels", ["a.png"], [ROW])
    annotations = read_aasce(tmp_path / "labels", images, tuple(f"point {index}" for index in range(68)))
    assert annotations.parts["T2"] == ("point 4", "point 5", "point 6", "point 7")
    assert annotations.pairs[1] == ("point 2", "point 3")


def test_folders_of_training_and_test_are_kept_apart(images, tmp_path) -> None:
    """Both folders have an image of one name, as the challenge's may."""
    for split in ("training", "test"):
        shutil.copytree(images, tmp_path / "films" / split, ignore=shutil.ignore_patterns("training", "test"))
        write_tables(tmp_path / "labels" / split, ["a.png"], [ROW])
    annotations = read_aasce(tmp_path / "labels", tmp_path / "films", None)
    assert annotations.splits == {Path("training/a.png"): "training", Path("test/a.png"): "test"}
    assert [film.image for film in annotations.films] == list(annotations.splits)


@pytest.mark.parametrize(
    ("names", "rows", "sentence"),
    [
        (["a.png", "b.png"], [ROW], r"landmarks\.csv: has 1 rows for 2 films of filenames\.csv; give one row a film"),
        (["a.png"], ["0.1,0.2"], r"landmarks\.csv, line 1: has 2 numbers, not 68 x and then 68 y; correct the row"),
        (["a.png"], [ROW.replace("0.67", "?")], r"landmarks\.csv, line 1: '\?' is not a number"),
        (["a.png", "z.png"], [ROW, ROW], r"filenames\.csv, line 2: no image named 'z\.png'"),
    ],
)
def test_malformed_tables(images, tmp_path, names, rows, sentence) -> None:
    write_tables(tmp_path / "labels", names, rows)
    with pytest.raises(DatasetError, match=sentence):
        read_aasce(tmp_path / "labels", images, None)


def test_missing_tables(images, tmp_path) -> None:
    with pytest.raises(DatasetError, match=r"filenames\.csv: does not exist; give the path of the annotations"):
        read_aasce(tmp_path, images.parent, None)


POINTS = np.random.default_rng(0).uniform(0, 79, (68, 2))


def test_matlab_files_hold_pixels(images, tmp_path) -> None:
    for split in ("training", "test"):
        shutil.copytree(images, tmp_path / "films" / split, ignore=shutil.ignore_patterns("training", "test"))
        (tmp_path / "labels" / split).mkdir(parents=True)
    savemat(tmp_path / "labels" / "training" / "a.png.mat", {"p2": POINTS})
    savemat(tmp_path / "labels" / "test" / "c.png.mat", {"p2": POINTS + 0.5})
    annotations = read_aasce(tmp_path / "labels", tmp_path / "films", None)
    assert dict(annotations.splits) == {Path("training/a.png"): "training", Path("test/more/c.png"): "test"}
    np.testing.assert_allclose([film.landmarks for film in annotations.films], [POINTS, POINTS + 0.5])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"p1": POINTS}, "has no variable p2; give the files of the challenge's labels"),
        ({"p2": POINTS[:4]}, "p2 is not 68 points x, y"),
        ({"p2": POINTS * np.nan}, "p2 is not 68 points x, y"),
        ({"p2": "text"}, "cannot be read as a MATLAB file|p2 is not"),
        (None, "cannot be read as a MATLAB file; copy it again"),
    ],
)
def test_a_malformed_matlab_file(images, content, sentence) -> None:
    if content is None:
        (images / "a.png.mat").write_text("no MATLAB file")
    else:
        savemat(images / "a.png.mat", content)
    with pytest.raises(DatasetError, match=rf"a\.png\.mat: ({sentence})"):
        read_aasce(images, None, None)
