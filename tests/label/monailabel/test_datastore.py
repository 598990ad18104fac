# SPDX-License-Identifier: Apache-2.0
"""A study as MONAI Label's datastore, without MONAI Label: one label whoever saves it, and ids that are no paths."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bundle.errors import BundleError, ConfigurationError
from bundle.label.film_list import UnknownFilmError, film_id
from bundle.label.label import ABSENT, LABELLED, Mark, Part
from bundle.label.monailabel.datastore import FINAL, ORIGINAL, StudyDatastore
from bundle.label.study import Study
from bundle.label.workspace import Workspace
from bundle.outputs.slicer_markups import ListedPoint, point_list
from label_page import NAMES, write_film

FILM = film_id("1.png")
POINTS = [(20.0, 18.0), (44.5, 18.25), (32.0, 40.0)]


@pytest.fixture
def datastore(workspace: Workspace) -> StudyDatastore:
    return StudyDatastore(workspace)


@pytest.fixture
def saved(datastore: StudyDatastore, films: Path, tmp_path: Path) -> Path:
    """The point list that is the label of a film."""
    file = tmp_path / "sent.mrk.json"
    points = [ListedPoint(name, point) for name, point in zip(NAMES, POINTS, strict=True)]
    file.write_text(json.dumps(point_list(films / "1.png", points)))
    assert datastore.save_label(FILM, str(file), FINAL, {"client_id": "Ann"}) == FILM
    return file


def test_a_label_is_that_of_the_page(datastore: StudyDatastore, saved: Path, workspace: Workspace):
    label = workspace.store.label(workspace.films.find(FILM))
    assert (label.status, label.reader, list(label.placed.values())) == ("labelled", "Ann", POINTS)
    assert datastore.get_labels_by_image_id(FILM) == {FINAL: FILM}
    assert datastore.get_labeled_images() == [FILM]
    assert FILM not in datastore.get_unlabeled_images() and len(datastore.get_unlabeled_images()) == 7
    assert datastore.status() == {"total": 8, "completed": 1, "label_tags": {FINAL: 1}}
    assert datastore.get_label_info(FILM, FINAL)["revision"] == 1
    (pair,) = datastore.datalist()
    assert json.loads(Path(pair["label"]).read_text())["markups"][0]["controlPoints"][2]["position"][:2] == [32, 40]
    known = datastore.json()["objects"][FILM]
    assert known["labels"][FINAL]["info"]["reader"] == "Ann"


def test_a_label_is_removed_and_can_be_brought_back(datastore: StudyDatastore, saved: Path, workspace: Workspace):
    datastore.remove_label(FILM, FINAL)
    assert datastore.get_labels_by_image_id(FILM) == {}
    film = workspace.films.find(FILM)
    assert workspace.store.undo(film, 2, "Ann").status == "labelled"
    with pytest.raises(UnknownFilmError, match="nothing under the tag 'original'"):
        datastore.get_label_uri(FILM, ORIGINAL)


def test_a_film_without_the_structures_is_labelled_and_has_no_list(datastore: StudyDatastore, workspace: Workspace):
    film = workspace.films.find(FILM)
    workspace.store.change(film, 0, Part(LABELLED, dict.fromkeys(NAMES, Mark("absent"))), "Ann", ABSENT)
    assert datastore.get_labeled_images() == [FILM]
    assert datastore.get_labels_by_image_id(FILM) == {}


@pytest.mark.parametrize("image", ["", ".", "..", "1", "1.png", "/", "../films/1.png"])
def test_what_is_no_id_is_no_film(datastore: StudyDatastore, saved: Path, image: str):
    for refused in (
        lambda: datastore.get_image_uri(image),
        lambda: datastore.get_image_info(image),
        lambda: datastore.get_label_uri(image, FINAL),
        lambda: datastore.save_label(image, str(saved), FINAL, {}),
        lambda: datastore.remove_label(image, FINAL),
        lambda: datastore.update_image_info(image, {}),
    ):
        with pytest.raises(UnknownFilmError):
            refused()


def test_films_of_one_name_and_two_formats_are_two(tmp_path: Path):
    write_film(tmp_path / "films" / "a.jpg", 1)
    write_film(tmp_path / "films" / "a.png", 2)
    workspace = Workspace(tmp_path / "films", tmp_path / "study", Study(name="t", landmarks=NAMES))
    datastore = StudyDatastore(workspace)
    files = [datastore.get_image_uri(image) for image in datastore.list_images()]
    assert [Path(file).name for file in files] == ["a.jpg", "a.png"]
    assert [Path(datastore.get_image_info(image)["name"]).suffix for image in datastore.list_images()] == [
        ".jpg",
        ".png",
    ]
    workspace.close()


def test_a_name_that_a_client_is_told_shows_no_patient(datastore: StudyDatastore):
    assert datastore.get_image_info(FILM)["name"] == f"{FILM}.png"


def test_what_a_client_notes_is_kept_while_the_server_runs(datastore: StudyDatastore):
    datastore.update_image_info(FILM, {"strategy": {"next": 1}})
    datastore.update_image_info(FILM, {"more": 2})
    assert {"strategy": {"next": 1}, "more": 2}.items() <= datastore.get_image_info(FILM).items()


def test_films_and_other_tags_are_never_written(datastore: StudyDatastore, saved: Path, films: Path):
    before = sorted(films.iterdir())
    for refused in (
        lambda: datastore.add_image("new", str(films / "1.png"), {}),
        lambda: datastore.remove_image(FILM),
        lambda: datastore.get_dataset_archive(None),
        lambda: datastore.remove_label(FILM, ORIGINAL),
        lambda: datastore.update_label_info(FILM, FINAL, {}),
        lambda: datastore.set_description("x"),
    ):
        with pytest.raises(ConfigurationError):
            refused()
    for tag, info in ((ORIGINAL, {}), ("version_1", {}), (FINAL, {"revision": "1"})):
        with pytest.raises(BundleError):
            datastore.save_label(FILM, str(saved), tag, info)
    assert sorted(films.iterdir()) == before
