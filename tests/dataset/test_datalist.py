# SPDX-License-Identifier: Apache-2.0
"""Tests of the lists that MONAI datasets take."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle.dataset.datalist import datalist, landmark_names
from bundle.dataset.description import DatasetDescription, Film, write_dataset
from bundle.errors import ConfigurationError, DatasetError


@pytest.fixture
def folder(tmp_path) -> Path:
    def films(split: str, count: int, labelled: bool = True) -> tuple[Film, ...]:
        points = ((1.5, 2.0), None) if labelled else None
        return tuple(Film(Path(split) / f"{index}.png", points, (0.1, 0.2)) for index in range(count))

    dataset = DatasetDescription(
        name="small",
        description="",
        licence="",
        landmarks=("sella", "nasion"),
        training=(*films("training", 8), Film(Path("training/none.png"))),
        validation=films("validation", 2),
        unlabeled=films("unlabeled", 3, labelled=False),
        test=films("test", 4),
    )
    for film in (*dataset.training, *dataset.validation, *dataset.unlabeled, *dataset.test):
        (tmp_path / film.image).parent.mkdir(exist_ok=True)
        Image.new("L", (6, 5)).save(tmp_path / film.image)
    write_dataset(tmp_path, dataset)
    return tmp_path


def names(items: list[dict]) -> set[str]:
    return {item["name"] for item in items}


def test_an_item_holds_what_the_pipeline_takes(folder) -> None:
    item = datalist(folder, "test")[0]
    assert item["image"] == str(folder / "test" / "0.png")
    assert item["name"] == "test/0.png"
    assert item["label"].dtype == item["spacing"].dtype == np.float32
    np.testing.assert_array_equal(item["label"], np.float32([[1.5, 2.0], [np.nan, np.nan]]))
    np.testing.assert_array_equal(item["spacing"], np.float32([0.1, 0.2]))


def test_unlabelled_films_hide_their_landmarks_and_their_unknown_spacing(folder) -> None:
    items = datalist(folder, "unlabeled", shots=1)
    assert all(item["label"].shape == (2, 2) and np.isnan(item["label"]).all() for item in items)
    unknown = next(item for item in items if item["name"] == "training/none.png")
    assert np.isnan(unknown["spacing"]).all()


@pytest.mark.parametrize("shots", [1, 5, 8, None])
@pytest.mark.parametrize("draw", [0, 1])
def test_drawn_and_unlabelled_films_together_are_all_but_the_held_out_ones(folder, shots, draw) -> None:
    drawn = names(datalist(folder, "training", shots, draw))
    hidden = names(datalist(folder, "unlabeled", shots, draw))
    assert len(drawn) == (shots or 8)
    assert not drawn & hidden
    assert len(drawn | hidden) == 9 + 3
    assert "training/none.png" in hidden


def test_a_draw_leaves_validation_and_test_alone(folder) -> None:
    assert len(datalist(folder, "validation", 1, 3)) == 2
    assert len(datalist(folder, "test", 1, 3)) == 4


def test_another_draw_number_draws_other_films(folder) -> None:
    assert len({frozenset(names(datalist(folder, "training", 4, draw))) for draw in range(6)}) > 1


def test_the_stamp_changes_with_the_file(folder) -> None:
    before = datalist(folder, "test")
    os.utime(folder / "test" / "0.png", ns=(1, 1))
    after = datalist(folder, "test")
    assert before[0]["stamp"] != after[0]["stamp"]
    assert before[1]["stamp"] == after[1]["stamp"]


def test_landmark_names_are_in_order(folder) -> None:
    assert landmark_names(folder) == ["sella", "nasion"]


def test_a_split_that_does_not_exist(folder) -> None:
    with pytest.raises(
        ConfigurationError, match="split is 'train'; choose one of training, validation, test, unlabeled"
    ):
        datalist(folder, "train")


def test_more_shots_than_films(folder) -> None:
    with pytest.raises(
        ConfigurationError, match="shots is 9 where the training split has 8 labelled films; choose 1 to 8"
    ):
        datalist(folder, "training", 9)


@pytest.mark.parametrize("split", ["training", "test"])
def test_a_split_without_films(tmp_path, split) -> None:
    Image.new("L", (6, 5)).save(tmp_path / "1.png")
    write_dataset(tmp_path, DatasetDescription(name="a", landmarks=("sella",), unlabeled=(Film(Path("1.png")),)))
    with pytest.raises(
        ConfigurationError, match=rf"dataset\.json: {split} has no labelled film; add films with landmarks"
    ):
        datalist(tmp_path, split)
    assert datalist(tmp_path, "validation") == []
    assert len(datalist(tmp_path, "unlabeled")) == 1


def test_a_broken_dataset_is_refused(tmp_path) -> None:
    with pytest.raises(DatasetError):
        datalist(tmp_path, "training")
