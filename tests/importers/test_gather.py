# SPDX-License-Identifier: Apache-2.0
"""Tests of gathering imported films in a data folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bundle.dataset.description import DatasetDescription, Film, read_dataset
from bundle.errors import DatasetError
from bundle.importers.gather import Source, gather, refuse_existing_dataset

EMPTY = DatasetDescription(name="small", landmarks=("sella",))
FILMS = {
    "training": (Film(Path("a.png"), ((1.0, 2.0),)),),
    "test": (Film(Path("more/c.png"), ((3.0, 4.0),)),),
}


def test_films_are_copied_and_described(images, tmp_path) -> None:
    sources = [Source(images, FILMS, "images"), Source(images, {"unlabeled": (Film(Path("b.png")),)}, "unlabeled")]
    dataset = gather(tmp_path / "out", sources, EMPTY)
    assert dataset == read_dataset(tmp_path / "out")
    assert dataset.training[0].image == Path("images/a.png")
    assert dataset.test[0] == Film(Path("images/more/c.png"), ((3.0, 4.0),))
    assert dataset.unlabeled[0].image == Path("unlabeled/b.png")
    assert (tmp_path / "out/images/a.png").read_bytes() == (images / "a.png").read_bytes()


def test_a_common_folder_of_the_images_is_not_repeated(images, tmp_path) -> None:
    dataset = gather(tmp_path / "out", [Source(images, {"test": FILMS["test"]}, "images")], EMPTY)
    assert dataset.test[0].image == Path("images/c.png")


def test_films_that_lie_in_the_data_folder_stay_where_they_are(images) -> None:
    before = sorted(images.rglob("*"))
    dataset = gather(images, [Source(images, FILMS, "images")], EMPTY)
    assert dataset.test[0].image == Path("more/c.png")
    assert sorted(images.rglob("*")) == sorted([*before, images / "dataset.json"])


def test_an_interrupted_import_can_be_repeated(images, tmp_path) -> None:
    (tmp_path / "out/images").mkdir(parents=True)
    shutil.copy(images / "a.png", tmp_path / "out/images/a.png")
    gather(tmp_path / "out", [Source(images, FILMS, "images")], EMPTY)
    read_dataset(tmp_path / "out")


def test_a_film_is_copied_whole_or_not_at_all(images, tmp_path, monkeypatch) -> None:
    """Interrupted within a film, the same import goes on."""

    def half(original: Path, copy: Path) -> None:
        copy.write_bytes(original.read_bytes()[:50])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", half)
        with pytest.raises(KeyboardInterrupt):
            gather(tmp_path / "out", [Source(images, FILMS, "images")], EMPTY)
    assert not list((tmp_path / "out").rglob("*.png"))
    gather(tmp_path / "out", [Source(images, FILMS, "images")], EMPTY)
    assert (tmp_path / "out/images/a.png").read_bytes() == (images / "a.png").read_bytes()


def test_what_a_killed_copy_left_is_removed(images, tmp_path) -> None:
    (tmp_path / "out/images").mkdir(parents=True)
    (tmp_path / "out/images/.a.png.123.partial").write_bytes((images / "a.png").read_bytes()[:50])
    gather(tmp_path / "out", [Source(images, FILMS, "images")], EMPTY)
    names = sorted(file.name for file in (tmp_path / "out").rglob("*") if file.is_file())
    assert names == ["a.png", "c.png", "dataset.json"]


@pytest.mark.parametrize("name", [b"M\xfcller.png", b"a\\b.png", b"a\nb.png"])
def test_a_name_that_no_dataset_can_hold_is_refused_before_a_film_is_copied(images, tmp_path, name) -> None:
    (images / os.fsdecode(name)).write_bytes((images / "a.png").read_bytes())
    sources = [Source(images, FILMS, "images"), Source(images, {"unlabeled": (Film(Path(os.fsdecode(name))),)}, "more")]
    with pytest.raises(DatasetError, match=r"films: the film '.*' has a name with a backslash or .*; rename the file"):
        gather(tmp_path / "out", sources, EMPTY)
    assert not (tmp_path / "out").exists()


def test_a_header_without_its_pixels_is_not_copied(images, tmp_path) -> None:
    (images / "film.mhd").write_text("ElementDataFile = film.raw")
    source = Source(images, {"unlabeled": (Film(Path("film.mhd")),)}, "unlabeled")
    with pytest.raises(DatasetError, match=r"film\.mhd: its pixels lie in another file, .* save the film as \.mha"):
        gather(tmp_path / "out", [source], EMPTY)
    assert gather(images, [source], EMPTY).unlabeled[0].image == Path("film.mhd"), "where it lies it can be read"


def test_another_film_of_that_name_is_not_overwritten(images, tmp_path) -> None:
    (tmp_path / "out/images").mkdir(parents=True)
    (tmp_path / "out/images/a.png").write_text("precious")
    with pytest.raises(
        DatasetError, match=r"images/a\.png: exists with other content; delete it or choose another folder"
    ):
        gather(tmp_path / "out", [Source(images, FILMS, "images")], EMPTY)
    assert (tmp_path / "out/images/a.png").read_text() == "precious"


def test_an_existing_dataset_is_not_replaced(tmp_path) -> None:
    refuse_existing_dataset(tmp_path)
    (tmp_path / "dataset.json").touch()
    with pytest.raises(
        DatasetError, match=r"dataset\.json: exists already; delete it or choose another folder for --out"
    ):
        refuse_existing_dataset(tmp_path)


def test_a_folder_that_cannot_be_made(images, tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        DatasetError, match=r"out: cannot be written to \(Not a directory\); choose another folder for --out"
    ):
        gather(tmp_path / "file" / "out", [Source(images, FILMS, "images")], EMPTY)
