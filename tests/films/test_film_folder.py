# SPDX-License-Identifier: Apache-2.0
"""Which files of a folder or a DICOM study are films, and what becomes of those that cannot be read."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from monai.transforms import Compose
from PIL import Image

from bundle.errors import RadiographError, StorageError, bundle_error
from bundle.films.film_folder import ReadableFilms, find_films
from bundle.films.load_radiograph import LoadRadiographd

Write = Callable[..., Path]


def names(source: Path) -> list[str]:
    return [film["name"] for film in find_films(source)]


def test_study_gives_its_films_alone(study: Path):
    assert (study / "DICOMDIR").is_file()
    found = names(study)
    assert len(found) == 2
    assert all(pydicom.dcmread(study / name).Modality == "DX" for name in found)


def test_folder_gives_films_of_all_formats_in_name_order(tmp_path: Path):
    for name in ("b.PNG", "a.jpg", "sub/deep/c.tiff"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8)).save(tmp_path / name)
    for name in ("dataset.json", "notes.txt", "a.png.json"):
        (tmp_path / name).write_text("{}")
    assert names(tmp_path) == ["a.jpg", "b.PNG", "sub/deep/c.tiff"]


def test_single_file_is_taken_at_its_word(tmp_path: Path):
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    (film,) = find_films(tmp_path / "a.png")
    assert film["name"] == "a.png"
    assert film["image"] == film["path"] == str(tmp_path / "a.png")
    assert np.isnan(film["spacing"]).all() and film["spacing"].dtype == np.float32


@pytest.mark.parametrize("length", [132, 150, 200, 400, 600, 2000])
def test_broken_dicom_counts_as_a_film_to_be_reported(
    write_film: Write, stored: np.ndarray, tmp_path: Path, length: int
):
    file = write_film(stored, name="broken.dcm")
    file.write_bytes(file.read_bytes()[:length])
    assert names(tmp_path) == ["broken.dcm"]


@pytest.mark.parametrize(("name", "sentence"), [("none", "no such file or folder"), (".", "holds no DICOM, PNG")])
def test_nothing_to_read_is_said(tmp_path: Path, name: str, sentence: str):
    with pytest.raises(RadiographError, match=sentence) as raised:
        find_films(tmp_path / name)
    assert "--dataset_dir" in str(raised.value)


@pytest.fixture
def mixed(write_film: Write, stored: np.ndarray, tmp_path: Path) -> ReadableFilms:
    """Good films around a truncated, an all-black and a multi-frame one."""
    for name in ("a.dcm", "c.dcm", "e.dcm"):
        write_film(stored, name=name)
    truncated = write_film(stored, name="b.dcm")
    truncated.write_bytes(truncated.read_bytes()[:-1000])
    write_film(np.zeros_like(stored), name="d.dcm")
    write_film(stored, name="f.dcm", NumberOfFrames=2)
    return ReadableFilms(find_films(tmp_path), Compose([LoadRadiographd("image")]))


def test_unreadable_films_are_passed_over_logged_and_remembered(mixed: ReadableFilms, caplog: pytest.LogCaptureFixture):
    read = list(mixed)
    assert [film["name"] for film in read] == ["a.dcm", "c.dcm", "e.dcm"]
    assert all(film["image"].shape == (1, 80, 48) for film in read)
    messages = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert [message.split(":")[0] for message in messages] == ["b.dcm", "d.dcm", "f.dcm"]
    assert mixed.unreadable == ["b.dcm", "d.dcm", "f.dcm"]


def test_each_pass_counts_anew(mixed: ReadableFilms):
    for _ in range(2):
        list(mixed)
        assert mixed.unreadable == ["b.dcm", "d.dcm", "f.dcm"]


@pytest.mark.parametrize("error", [ZeroDivisionError, MemoryError, RecursionError, OSError, KeyError("DOE^JANE")])
def test_whatever_a_transform_raises_is_its_films_refusal(
    write_film: Write, stored: np.ndarray, tmp_path: Path, error: Exception, caplog: pytest.LogCaptureFixture
):
    for name in ("a.dcm", "b.dcm", "c.dcm"):
        write_film(stored, name=name)

    def defect(item: dict[str, Any]) -> dict[str, Any]:
        if item["name"] == "b.dcm":
            raise error
        return item

    films = ReadableFilms(find_films(tmp_path), Compose([LoadRadiographd("image"), defect]))
    assert [film["name"] for film in films] == ["a.dcm", "c.dcm"]
    assert films.unreadable == ["b.dcm"]
    (message,) = (record.getMessage() for record in caplog.records)
    assert message.startswith("b.dcm: ") and "DOE" not in message


def test_a_full_disk_is_no_films_fault(write_film: Write, stored: np.ndarray, tmp_path: Path):
    write_film(stored)

    def full(_: object) -> None:
        raise StorageError("cache: cannot be written")

    with pytest.raises(RuntimeError) as raised:
        list(ReadableFilms(find_films(tmp_path), Compose([full])))
    assert isinstance(bundle_error(raised.value), StorageError)


def test_a_damaged_character_set_is_not_quoted(write_film: Write, stored: np.ndarray, tmp_path: Path):
    file = write_film(stored, name="a.dcm", SpecificCharacterSet="ISO_IR 100", Manufacturer="M")
    file.write_bytes(file.read_bytes().replace(b"ISO_IR 100", b"SECRETNAME"))
    read = "import sys, pathlib, bundle.films.film_files as films; print(films.film_files(pathlib.Path(sys.argv[1])))"
    process = subprocess.run([sys.executable, "-c", read, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "a.dcm" in process.stdout
    assert "SECRET" not in process.stdout + process.stderr
