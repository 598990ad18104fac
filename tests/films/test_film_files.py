# SPDX-License-Identifier: Apache-2.0
"""What of a folder is a film, what looks like one and is named, and what is passed over without a word."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from monai.transforms import Compose
from PIL import Image

from bundle.films.film_files import film_files
from bundle.films.film_folder import ReadableFilms, find_films
from bundle.films.load_radiograph import LoadRadiographd

Write = Callable[..., Path]
ROOT = os.geteuid() == 0


def picture(kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(stream, kind)
    return stream.getvalue()


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A folder with one good film, which has to be found whatever lies beside it."""
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / "good.png").write_bytes(picture())
    return folder


@pytest.fixture
def locked() -> Iterator[Callable[[Path], None]]:
    """Take the rights from a file or folder, as the user nobody where we are root, who may read all."""
    taken: list[Path] = []

    def lock(path: Path) -> None:
        taken.append(path)
        path.chmod(0)

    if ROOT:
        os.seteuid(65534)
    yield lock
    if ROOT:
        os.seteuid(0)
    for path in taken:
        path.chmod(0o700)


def outcome(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Names of the films that are read, and by name the sentences of those that are not."""
    films = ReadableFilms(find_films(folder), Compose([LoadRadiographd("image")]))
    sentences: dict[str, str] = {}
    read = [film["name"] for film in films]
    refused = film_files(folder).refused
    for name in films.unreadable:
        sentences[name] = refused.get(folder / name, "")
    return read, sentences


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("._film.png", b"\0\5\x16\7 a fork"),
        (".DS_Store", b"\0\0\0\1Bud1"),
        ("Thumbs.db", b"\xd0\xcf\x11\xe0"),
        ("DESKTOP.INI", b"[.ShellClassInfo]"),
        ("__MACOSX/film.png", b"\0\5\x16\7"),
        ("@eaDir/film.png", b"\xff\xd8\xff thumbnail"),
        ("notes.txt", b"no film"),
        ("film.png.json", b"{}"),
        ("dataset.json", b"{}"),
        ("empty.txt", b""),
        (".gitkeep", b""),
        ("film.raw", b"\0" * 400),
    ],
)
def test_what_is_no_film_is_passed_over(good: Path, name: str, content: bytes):
    (good / name).parent.mkdir(exist_ok=True)
    (good / name).write_bytes(content)
    assert outcome(good) == (["good.png"], {})


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.dcm", b"", ""),
        ("text.dcm", b"no film", ""),
        ("empty.png", b"", ""),
        ("cut.png", picture()[:45], ""),
        ("film.dicom", b"no film", ""),
        ("IM0001", b"", "it is empty"),
        ("1.2.840.1", b"\0" * 500, "it is empty"),
        ("film.gif", picture("GIF"), "is not a DICOM, PNG"),
        ("film.jp2", b"any", "convert it"),
        ("film.dcm.gz", b"any", "it is packed"),
        ("photo", picture("JPEG"), "its content is JPEG, its name is not"),
        ("film.png.bak", picture(), "its content is PNG"),
        ("line\nbreak.png", picture(), "no UTF-8 text"),
    ],
)
def test_what_looks_like_a_film_and_is_none_is_named(good: Path, name: str, content: bytes, says: str):
    (good / name).write_bytes(content)
    read, refused = outcome(good)
    assert read == ["good.png"]
    assert [*refused] == [name.replace("\n", "\\x0a")]
    assert says in [*film_files(good).refused.values(), ""][0]


def test_a_name_that_is_not_utf_8_is_named_in_ascii(good: Path, caplog: pytest.LogCaptureFixture):
    Path(os.fsdecode(os.fsencode(good) + b"/M\xfcller.png")).write_bytes(picture())
    read, (refused,) = outcome(good)
    assert read == ["good.png"]
    assert refused.isascii() and refused.startswith("M") and refused.endswith("ller.png")
    assert "its name holds bytes that are no UTF-8 text; rename it" in caplog.text


def test_links(good: Path, tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "film.png").write_bytes(picture())
    (good / "sub").mkdir()
    (good / "linked.png").symlink_to(tmp_path / "elsewhere" / "film.png")
    (good / "sub" / "circle").symlink_to(good)
    (good / "self").symlink_to(good / "self")
    (good / "dangling").symlink_to(tmp_path / "absent.png")
    (good / "folder").symlink_to(tmp_path / "elsewhere")
    (good / "up").symlink_to(tmp_path)
    read, refused = outcome(good)
    assert read == ["good.png", "linked.png"]
    assert {name: sentence.split("(")[0].split(";")[0].strip() for name, sentence in refused.items()} == {
        "self": "the link leads to no file",
        "dangling": "the link leads to no file",
        "folder": "a link to another folder is not followed",
        "up": "a link to another folder is not followed",
    }


def test_a_pipe_is_named_and_not_waited_for(good: Path):
    os.mkfifo(good / "film.dcm")
    read, refused = outcome(good)
    assert read == ["good.png"] and [*refused] == ["film.dcm"]


def test_what_may_not_be_opened_is_named(good: Path, tmp_path: Path, locked: Callable[[Path], None]):
    for parent in (tmp_path, *tmp_path.parents):
        if not os.access(parent, os.X_OK, effective_ids=True):
            pytest.skip(f"{parent} is closed to the user nobody")
    with_rights = os.geteuid()
    os.seteuid(0) if ROOT else None
    (good / "sub").mkdir()
    (good / "sub" / "film.png").write_bytes(picture())
    (good / "notes.txt").write_text("x")
    locked(good / "sub"), locked(good / "notes.txt")
    os.seteuid(with_rights)
    read, refused = outcome(good)
    assert read == ["good.png"]
    assert "Permission denied" in refused["sub"] and "Permission denied" in refused["notes.txt"]


def test_a_flipped_bit_in_a_header_is_a_film_to_be_reported(write_film: Write, stored: np.ndarray, tmp_path: Path):
    file = write_film(stored, name="flipped.dcm")
    content = bytearray(file.read_bytes())
    content[content.index(b"\x02\0\x02\0UI") + 4] = ord("Q")
    file.write_bytes(content)
    write_film(stored, name="good.dcm")
    read, refused = outcome(tmp_path)
    assert sorted([*read, *refused]) == ["flipped.dcm", "good.dcm"]
    assert "good.dcm" in read


@pytest.mark.parametrize("array", [np.zeros((3, 4, 2)), np.zeros((0, 5)), np.zeros(7)], ids=str)
def test_pixels_that_are_no_picture_are_refused(
    good: Path, monkeypatch: pytest.MonkeyPatch, array: np.ndarray, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("bundle.films.picture_reader.PictureReader.get_data", lambda *_: (array, {}))
    assert outcome(good)[0] == []
    assert "good.png: its pixels are" in caplog.text
