# SPDX-License-Identifier: Apache-2.0
"""A data folder that is opened in the page keeps its labels, and its test films stay unseen."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bundle.dataset.description import DatasetDescription, Film
from bundle.label.film_list import film_id
from bundle.label.label import NOT_VISIBLE, PLACED, UNLABELLED, Mark, Part
from bundle.label.study import Study
from bundle.label.workspace import Workspace
from label_page import NAMES

DATASET = DatasetDescription(
    name="triangles",
    landmarks=NAMES,
    training=(Film(Path("1.png"), ((20.0, 18.0), None, (32.0, 40.0))), Film(Path("2.png"))),
    validation=(Film(Path("3.png"), ((20.0, 18.0), (44.0, 18.0), (32.0, 40.0))),),
    test=(Film(Path("4.png"), ((20.0, 18.0), (44.0, 18.0), (32.0, 40.0))),),
)


def opened(films: Path, study: Study | None = None) -> Workspace:
    begun = study or Study(name="triangles", landmarks=NAMES)
    return Workspace(films, films.with_name("study"), begun, "r0", dataset=DATASET)


def test_labels_are_taken_over_once_and_test_films_are_left_out(films: Path):
    workspace = opened(films)
    assert workspace.taken_over == 2 and film_id("4.png") not in workspace.films
    one = workspace.films.find(film_id("1.png"))
    label = workspace.store.label(one)
    assert label.marks[NAMES[0]] == Mark(PLACED, (20.0, 18.0)) and label.marks[NAMES[1]] == Mark(NOT_VISIBLE)
    assert (label.reader, len(label.history)) == ("dataset.json", 1)
    assert [film.name for film in workspace.store.labelled_films()] == ["1.png", "3.png"]
    workspace.store.change(one, 1, Part(UNLABELLED, {name: None for name in NAMES}), "r1", "clear")
    workspace.close()
    again = opened(films)
    assert again.taken_over == 0 and again.store.label(one).status == UNLABELLED, "what a reader did stays"
    again.close()


def test_a_study_of_other_landmarks_takes_none(films: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        workspace = opened(films, Study(name="others", landmarks=("apex",)))
    assert workspace.taken_over == 0 and not workspace.store.labelled_films()
    assert f"has the landmark {NAMES[0]!r}, which the study lacks" in caplog.text
    workspace.close()
