# SPDX-License-Identifier: Apache-2.0
"""Films without landmarks that `import --unlabeled` brings in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bundle.__main__ import main
from bundle.dataset.description import read_dataset

Import = Callable[[Path], int]


@pytest.fixture
def bring_in(images: Path, tmp_path: Path) -> Import:
    """Import the annotated films a and b with a folder of more films; gives the exit code."""
    (images / "landmarks.csv").write_text("image,spacing_mm,x1,y1\na.png,,1,2\nb.png,,3,4\n")
    words = ["import", "csv", str(images / "landmarks.csv"), "--out", str(tmp_path / "out"), "--test_fraction", "0"]
    return lambda more: main([*words, "--unlabeled", str(more)])


def test_dicom_films_are_told_by_content(bring_in: Import, study: Path, tmp_path: Path) -> None:
    assert not list(study.rglob("*.dcm")), "as a PACS exports it"
    assert bring_in(study) == 0
    assert len(read_dataset(tmp_path / "out").unlabeled) == 2  # not DICOMDIR, the report and the presentation state


def test_annotated_films_are_left_out(bring_in: Import, images: Path, tmp_path: Path) -> None:
    assert bring_in(images) == 0
    assert [film.image.name for film in read_dataset(tmp_path / "out").unlabeled] == ["c.png"]


def test_a_folder_that_gives_no_film_is_refused(bring_in: Import, tmp_path: Path, capsys) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "notes.txt").write_text("no film")
    (tmp_path / "notes" / "film.dcm").write_text("no DICOM")
    assert bring_in(tmp_path / "notes") == 2
    left_out, error = capsys.readouterr().err.splitlines()
    assert left_out.startswith("left out ") and "film.dcm" in left_out
    assert error.startswith(f"error: {tmp_path / 'notes'}: holds no DICOM, PNG") and "correct --unlabeled" in error
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_not_there(bring_in: Import, tmp_path: Path, capsys) -> None:
    assert bring_in(tmp_path / "absent") == 2
    assert "absent: there is no such folder; correct --unlabeled" in capsys.readouterr().err


def test_films_that_cannot_be_read_are_left_out_by_name(bring_in: Import, images: Path, tmp_path: Path, capsys) -> None:
    more = tmp_path / "more"
    more.mkdir()
    (more / "good.png").write_bytes((images / "a.png").read_bytes())
    (more / "cut.png").write_bytes(b"\x89PNG")
    (more / "lost.png").symlink_to(tmp_path / "absent.png")
    assert bring_in(more) == 0
    dataset = read_dataset(tmp_path / "out")
    assert [film.image.name for film in dataset.unlabeled] == ["good.png"]
    left_out = [line for line in capsys.readouterr().err.splitlines() if line.startswith("left out")]
    assert len(left_out) == 2
    assert all(any(name in line for line in left_out) for name in ("cut.png", "lost.png"))
