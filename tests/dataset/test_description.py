# SPDX-License-Identifier: Apache-2.0
"""Tests of reading and writing `dataset.json`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bundle.dataset.description import DatasetDescription, Film, read_dataset, write_dataset
from bundle.errors import BundleError, DatasetError

WIDTH, HEIGHT = 40, 30

coordinates = st.tuples(st.floats(0, WIDTH - 1), st.floats(0, HEIGHT - 1))
landmarks = st.tuples(coordinates, st.none() | coordinates, st.none() | coordinates)
spacings = st.none() | st.tuples(st.floats(0.01, 2), st.floats(0.01, 2))


def write_image(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (WIDTH, HEIGHT)).save(file)


@settings(deadline=None, max_examples=30)
@given(
    points=st.lists(landmarks, min_size=1, max_size=3),
    spacing=spacings,
    name=st.text(min_size=1),
    synthetic=st.booleans(),
)
def test_a_dataset_is_read_as_it_was_written(points, spacing, name, synthetic) -> None:
    films = tuple(Film(Path("images") / f"{index}.png", point, spacing) for index, point in enumerate(points))
    dataset = DatasetDescription(
        name=name,
        description="film über alles",
        licence="CC0",
        landmarks=("sella", "nasion", "naïve"),
        skeleton=((0, 1), (1, 2)),
        training=films[:1],
        test=films[1:],
        unlabeled=(Film(Path("more.png")),),
        synthetic=synthetic,
    )
    with tempfile.TemporaryDirectory() as folder:
        for film in (*films, *dataset.unlabeled):
            write_image(Path(folder) / film.image)
        write_dataset(folder, dataset)
        assert read_dataset(folder) == dataset


def test_the_schema_that_an_editor_reads_stays_named(tmp_path) -> None:
    write_image(tmp_path / "1.png")
    document = {"$schema": "dataset.schema.json", "name": "a", "landmarks": ["b"], "unlabeled": [{"image": "1.png"}]}
    (tmp_path / "dataset.json").write_text(json.dumps(document))
    write_dataset(tmp_path, read_dataset(tmp_path))
    assert json.loads((tmp_path / "dataset.json").read_text())["$schema"] == "dataset.schema.json"


def test_a_film_is_a_line_of_the_file(tmp_path) -> None:
    films = tuple(Film(Path(f"{index}.png"), ((1.0, 2.0),)) for index in range(4))
    for film in films:
        write_image(tmp_path / film.image)
    write_dataset(tmp_path, DatasetDescription(name="a", landmarks=("sella",), training=films))
    lines = (tmp_path / "dataset.json").read_text().splitlines()
    assert [json.loads(line.rstrip(","))["image"] for line in lines if ".png" in line] == [f"{n}.png" for n in range(4)]


def test_a_refused_dataset_leaves_the_older_one_in_place(tmp_path) -> None:
    write_image(tmp_path / "1.png")
    dataset = DatasetDescription(name="a", landmarks=("sella",), training=(Film(Path("1.png"), ((1.0, 2.0),)),))
    write_dataset(tmp_path, dataset)
    outside = DatasetDescription(name="a", landmarks=("sella",), training=(Film(Path("1.png"), ((1e5, 2.0),)),))
    with pytest.raises(DatasetError, match="far outside"):
        write_dataset(tmp_path, outside)
    assert read_dataset(tmp_path) == dataset
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.png", "dataset.json"]


def test_a_folder_that_cannot_be_written_to(tmp_path, monkeypatch) -> None:
    write_image(tmp_path / "1.png")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(BundleError, match=r"dataset\.json: cannot be written \(No space left on device\); .+"):
        write_dataset(tmp_path, DatasetDescription(name="a", landmarks=("sella",), unlabeled=(Film(Path("1.png")),)))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty; write the dataset again"),
        (b" \n", "is empty; write the dataset again"),
        (b"{", r"is not valid JSON \(EOF .* at line 1 column 1\); correct the text there"),
        (b"[" * 100_000, r"is not valid JSON \(.+\); correct the text there"),
        (b"\xff\xfe", r"cannot be read as UTF-8 text \(.+\); correct or replace the file"),
        (
            b"[]",
            r"the whole file: should be fields with values, not \[\]; correct it as docs/.+ shows",
        ),
        (b"{}", r"name: is missing; correct it as docs/reference/data_format.md shows"),
    ],
)
def test_a_malformed_file(tmp_path, content, sentence) -> None:
    (tmp_path / "dataset.json").write_bytes(content)
    with pytest.raises(DatasetError, match=rf"dataset\.json: {sentence}$"):
        read_dataset(tmp_path)


def test_a_missing_folder(tmp_path) -> None:
    with pytest.raises(
        DatasetError, match=r"absent: there is no such folder; give the folder that holds dataset\.json"
    ):
        read_dataset(tmp_path / "absent")


def test_a_missing_file(tmp_path) -> None:
    with pytest.raises(DatasetError, match=r"dataset\.json: does not exist; make one with 'python -m bundle import'"):
        read_dataset(tmp_path)
