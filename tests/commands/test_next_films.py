# SPDX-License-Identifier: Apache-2.0
"""Films are handed out, labelled in another program, and come back: no label is lost, made up or turned."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle import load_predictor
from bundle.__main__ import main
from bundle.dataset.description import read_dataset
from bundle.dataset.draws import drawn_films
from dicom_films import PATIENT, film_dataset
from edited_elsewhere import EDITED, Move, Point
from label_page import NAMES
from label_page import write_film as write_picture

FORMATS = list(EDITED)
NAMED = ["--landmark_names", ",".join(NAMES)]


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """Three films: one as it is stored, one that is shown turned, and one of DICOM whose file bears the patient."""
    folder = tmp_path / "films"
    for number in range(3):
        write_picture(folder / f"{number}.png", number)
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.open(folder / "1.png").save(folder / "turned.png", exif=turned)
    film = film_dataset(np.asarray(Image.open(folder / "2.png")), 8, "MONOCHROME2", {})
    film.save_as(folder / f"{PATIENT['PatientID']}.dcm", enforce_file_format=True)
    for name in ("1.png", "2.png"):
        (folder / name).unlink()
    return folder


def run(*words: object) -> int:
    return main([str(word) for word in words])


def stay(_picture: str, _name: str, at: Point) -> Point:
    return at


def moved_on(films: set[str], by: Point = (2.0, -1.5)) -> Move:
    """A person who moves the first landmark of some pictures."""

    def move(picture: str, name: str, at: Point) -> Point:
        return (at[0] + by[0], at[1] + by[1]) if picture in films and name == NAMES[0] else at

    return move


def handed(out: Path) -> dict[str, str]:
    """Name of each picture by the film."""
    with (out / "sheet.csv").open(newline="") as stream:
        return {row["film"]: Path(row["name"]).stem for row in csv.DictReader(stream)}


def labels(films: Path) -> dict[str, np.ndarray]:
    """Points by film of the films that are labelled."""
    return {film.image.name: np.array(film.landmarks) for film in read_dataset(films).training}


@pytest.mark.parametrize("form", FORMATS)
def test_corrected_predictions_come_back_to_the_pixels_of_the_stored_films(films, stage1, tmp_path, capsys, form):
    out = tmp_path / "out"
    assert run("next", films, "--count", 3, "--model", stage1, "--out", out, "--format", form, *NAMED) == 0
    capsys.readouterr()
    pictures = handed(out)
    corrected = {name for name in pictures if name != "0.png"}
    source = EDITED[form](out / "to_label", moved_on({pictures[name] for name in corrected}))
    merge = ["import", form, source, "--out", films, "--merge", "--handed_out", out, "--reader", "Ann"]
    assert run(*merge) == 0
    told = capsys.readouterr()
    assert "0.png: came back as the model predicted it, and stays unlabelled" in told.err
    found = labels(films)
    assert {*found} == corrected
    predictor = load_predictor(stage1)
    for name, points in found.items():
        expected = predictor(films / name).landmarks.astype(float)
        expected[0] += {"turned.png": (-1.5, -2.0)}.get(name, (2.0, -1.5))
        np.testing.assert_allclose(points, expected, atol=0.02)
    film = read_dataset(films).training[0]
    assert (film.reader, film.added) == ("Ann", 1) and film.time.endswith("+00:00")

    before = (films / "dataset.json").read_text()
    assert run(*merge) == 2
    assert "would have two labels" in capsys.readouterr().err
    assert (films / "dataset.json").read_text() == before


@pytest.mark.parametrize("form", FORMATS)
def test_unchanged_predictions_are_labels_where_a_person_says_so(films, stage1, tmp_path, capsys, form):
    out = tmp_path / "out"
    assert run("next", films, "--count", 2, "--model", stage1, "--out", out, "--format", form, *NAMED) == 0
    source = EDITED[form](out / "to_label", stay)
    merge = ["import", form, source, "--out", films, "--merge", "--handed_out", out]
    assert run(*merge) == 2
    assert "has no film with a new label; nothing is merged" in capsys.readouterr().err
    assert not (films / "dataset.json").exists()
    assert run(*merge, "--take_unchanged") == 0
    assert len(read_dataset(films).training) == 2 and len(read_dataset(films).unlabeled) == 1


@pytest.mark.parametrize("form", FORMATS)
def test_no_file_that_is_given_away_names_a_patient(films, stage1, tmp_path, form):
    out = tmp_path / "out"
    assert run("next", films, "--count", 3, "--model", stage1, "--out", out, "--format", form, *NAMED) == 0
    files = [file for file in (out / "to_label").rglob("*") if file.is_file()]
    assert len([file for file in files if file.suffix == ".png"]) == 3
    for file in files:
        content = file.name.encode() + file.read_bytes()
        assert not [value for value in PATIENT.values() if value.encode() in content]
    assert any(PATIENT["PatientID"] in film for film in handed(out)), "the sheet says which it is"


def test_blank_templates_are_to_be_labelled_from_nothing(films, tmp_path):
    for form in FORMATS:
        out = tmp_path / form
        assert run("next", films, "--count", 1, "--out", out, "--format", form, *NAMED) == 0
        assert json.loads((out / "handed_out.json").read_text())["films"][0]["points"] == {}
    (picture,) = handed(tmp_path / "slicer").values()
    markup = json.loads((tmp_path / "slicer" / "to_label" / "films" / f"{picture}.png.mrk.json").read_text())["markups"]
    points = markup[0]["controlPoints"]
    assert [(point["label"], point["positionStatus"]) for point in points] == [(name, "undefined") for name in NAMES]
    assert (tmp_path / "labelme" / "to_label" / "labels.txt").read_text().splitlines() == list(NAMES)
    assert json.loads((tmp_path / "coco" / "to_label" / "annotations.json").read_text())["annotations"] == []


def test_films_of_a_data_folder_are_named_without_a_server(dataset, capsys, tmp_path):
    document = json.loads((dataset / "dataset.json").read_text())
    document["unlabeled"] = [{"image": film["image"]} for film in document["training"][2:]]
    document["training"] = document["training"][:2]
    (dataset / "dataset.json").write_text(json.dumps(document))
    assert run("next", dataset, "--count", 20) == 0
    named = capsys.readouterr().out.split()
    assert sorted(named) == sorted(film["image"] for film in document["unlabeled"]), (
        "no labelled film, none of the test"
    )


@pytest.fixture
def pool(dataset: Path) -> Path:
    """The data folder with two training films unlabelled."""
    document = json.loads((dataset / "dataset.json").read_text())
    document["unlabeled"] = [{"image": film["image"], "spacing": [0.5, 0.5]} for film in document["training"][4:]]
    document["training"] = document["training"][:4]
    (dataset / "dataset.json").write_text(json.dumps(document))
    return dataset


def test_a_merge_changes_no_split_and_no_draw_of_before(pool, stage1, tmp_path):
    before = read_dataset(pool)
    out = tmp_path / "out"
    assert run("next", pool, "--count", 2, "--model", stage1, "--out", out, "--format", "labelme") == 0
    source = EDITED["labelme"](out / "to_label", moved_on({*handed(out).values()}))
    assert run("import", "labelme", source, "--out", pool, "--merge", "--handed_out", out) == 0
    after = read_dataset(pool)
    assert (after.validation, after.test, after.training[:4]) == (before.validation, before.test, before.training)
    assert after.unlabeled == () and [film.added for film in after.training[4:]] == [1, 1]
    assert all(film.spacing == (0.5, 0.5) and film.reader is None for film in after.training[4:])
    for draw in range(20):
        films = drawn_films(after.training, 6, draw)
        assert films[:4] == drawn_films(before.training, 4, draw)
        assert drawn_films(after.training, 5, draw) == films[:5]


def test_labels_of_films_in_the_folder_are_merged_without_a_hand_out(pool, tmp_path, capsys):
    (tmp_path / "new.csv").write_text("image,spacing_mm,x1,y1,x2,y2,x3,y3\n5.png,0.5,20,18,44,18,,\n")
    assert run("import", "csv", tmp_path / "new.csv", "--out", pool, "--merge", "--reader", "Bo") == 0
    assert f"5.png: has no {NAMES[2]}, taken as missing" in capsys.readouterr().err
    assert read_dataset(pool).training[-1].landmarks == ((20, 18), (44, 18), None)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--count", "0"], "--count is 0"),
        (["--out", "films/out", *NAMED], "lies in the folder of the films"),
        (["--out", "out"], "nothing says which landmarks are to be placed"),
        (["--out", "full", *NAMED], "is not empty"),
    ],
)
def test_what_cannot_be_handed_out_is_refused_first(films, tmp_path, monkeypatch, capsys, words, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "work.txt").write_text("of somebody")
    assert run("next", films, *words) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda out, words: (out / "handed_out.json").unlink(), "cannot be read"),
        (lambda out, words: (out / "handed_out.json").write_text("{}"), "landmarks: "),
        (lambda out, words: words.remove("--merge"), "give --merge as well"),
        (lambda out, words: words.extend(["--validation", "3"]), "--validation: is of a new data folder"),
        (lambda out, words: _rename(out, NAMES[0], "hip"), "'hip' is none of the landmarks"),
    ],
)
def test_what_cannot_be_merged_changes_nothing(
    pool: Path, stage1: Path, tmp_path: Path, capsys, change: Callable[[Path, list[str]], None], sentence: str
):
    out = tmp_path / "out"
    assert run("next", pool, "--count", 1, "--model", stage1, "--out", out, "--format", "labelme") == 0
    source = EDITED["labelme"](out / "to_label", moved_on({*handed(out).values()}))
    before = (pool / "dataset.json").read_text()
    words = ["import", "labelme", str(source), "--out", str(pool), "--merge", "--handed_out", str(out)]
    change(out, words)
    assert run(*words) == 2
    assert sentence in capsys.readouterr().err
    assert (pool / "dataset.json").read_text() == before


def _rename(out: Path, name: str, new: str) -> None:
    for file in out.rglob("films/*.json"):
        file.write_text(file.read_text().replace(name, new))


def test_another_hand_out_is_not_taken_for_this_one(pool, stage1, tmp_path, capsys):
    for name, words in (("first", ["--model", stage1]), ("second", [])):
        assert run("next", pool, "--count", 1, "--out", tmp_path / name, "--format", "labelme", *words) == 0
    record = json.loads((tmp_path / "second" / "handed_out.json").read_text())
    record["films"][0]["name"] = "film_000000000000"
    (tmp_path / "second" / "handed_out.json").write_text(json.dumps(record))
    source = tmp_path / "first" / "to_label" / "films"
    words = ["--images", source, "--out", pool, "--merge", "--handed_out", tmp_path / "second"]
    assert run("import", "labelme", source, *words) == 2
    assert "is none of the pictures that were handed out" in capsys.readouterr().err
