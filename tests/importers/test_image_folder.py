# SPDX-License-Identifier: Apache-2.0
"""Tests of finding the images that annotations name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle.errors import DatasetError
from bundle.importers.image_folder import ImageFolder


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.png", "a.png"),
        ("./a.png", "a.png"),
        ("more/c.png", "more/c.png"),
        ("more\\c.png", "more/c.png"),
        ("c.png", "more/c.png"),
        ("c", "more/c.png"),
        ("C:\\scans\\c.png", "more/c.png"),
        ("../elsewhere/c.png", "more/c.png"),
        ("/elsewhere/c.png", "more/c.png"),
    ],
)
def test_an_image_is_found_by_path_name_or_id(images, name, found) -> None:
    assert ImageFolder(images).find(name, "here") == Path(found)


@pytest.mark.parametrize(("name", "file"), [("IM0001", "IM0001"), ("scan", "scan.mhd"), ("scan", "scan.nii.gz")])
def test_an_image_of_any_format_is_found_by_its_id(images, name, file) -> None:
    (images / "more" / file).touch()
    assert ImageFolder(images).find(name, "here") == Path("more") / file


@pytest.mark.parametrize("name", ["d", "", "more", "a.jpg", "../films/x.png"])
def test_an_image_that_is_not_there(images, name) -> None:
    with pytest.raises(
        DatasetError, match=r"^here, line 3: no image named '.*' lies below .*; correct the name and its ending, or"
    ):
        ImageFolder(images).find(name, "here, line 3")


def test_an_id_that_fits_two_images(images) -> None:
    (images / "a.dcm").touch()
    with pytest.raises(
        DatasetError, match=r"here: 2 images below .* are named 'a', such as a\.dcm and a\.png; write the"
    ):
        ImageFolder(images).find("a", "here")


def test_a_folder_that_is_not_there(tmp_path) -> None:
    with pytest.raises(
        DatasetError, match="absent: there is no such folder; give the folder of the images with --images"
    ):
        ImageFolder(tmp_path / "absent")


def test_what_an_earlier_import_copied_is_no_second_image(images) -> None:
    data = images / "data" / "mine"
    copied = data / "images" / "a.png"
    copied.parent.mkdir(parents=True)
    copied.write_bytes((images / "a.png").read_bytes())
    with pytest.raises(DatasetError, match=r"2 images below .* are named 'a'"):
        ImageFolder(images).find("a", "here")
    (data / "dataset.json").touch()
    assert ImageFolder(images).find("a", "here") == Path("a.png")
    assert ImageFolder(images).find("data/mine/images/a.png", "here") == Path("data/mine/images/a.png"), "asked for"
    assert ImageFolder(data).find("a", "here") == Path("images/a.png")
    copied.write_bytes(b"another film of that name")
    with pytest.raises(DatasetError, match=r"2 images below .* are named 'a'"):
        ImageFolder(images).find("a", "here")
    (images / "a.png").unlink()
    assert ImageFolder(images).find("a", "here") == Path("data/mine/images/a.png"), "there is no other"
