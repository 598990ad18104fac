# SPDX-License-Identifier: Apache-2.0
"""Tests of dividing imported films."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.dataset.description import Film
from bundle.errors import ConfigurationError, DatasetError
from bundle.importers.annotations import Annotations
from bundle.importers.splits import Holdout, read_splits, split_films


def annotations(count: int, unlabelled: int = 0) -> Annotations:
    films = [Film(Path("images") / f"{index:03}.png", ((1.0, 2.0),)) for index in range(count)]
    films += [Film(Path("images") / f"none{index}.png", (None,)) for index in range(unlabelled)]
    return Annotations(Path(), ("sella",), tuple(films))


@settings(deadline=None, max_examples=30)
@given(count=st.integers(2, 80), unlabelled=st.integers(0, 3), fraction=st.floats(0, 0.5), seed=st.integers(0, 99))
def test_every_film_is_in_one_split(count, unlabelled, fraction, seed) -> None:
    source = annotations(count, unlabelled)
    splits = split_films(source, Holdout(fraction, None, seed))
    assert sorted(film.image for films in splits.values() for film in films) == sorted(f.image for f in source.films)
    assert splits == split_films(source, Holdout(fraction, None, seed))
    assert len(splits["unlabeled"]) == unlabelled
    assert len(splits["test"]) == round(fraction * count)
    assert all(list(films) == sorted(films, key=lambda film: film.image) for films in splits.values())


@pytest.mark.parametrize(("count", "test", "validation"), [(10, 2, 1), (100, 20, 8), (1000, 200, 20)])
def test_defaults_hold_out_a_fifth_and_then_a_tenth_or_20(count, test, validation) -> None:
    splits = split_films(annotations(count), Holdout())
    assert (len(splits["test"]), len(splits["validation"])) == (test, validation)
    assert len(splits["training"]) == count - test - validation


def test_seeds_choose_other_films() -> None:
    chosen = {split_films(annotations(40), Holdout(seed=seed))["test"] for seed in range(4)}
    assert len(chosen) == 4


def test_the_source_s_own_split_is_kept() -> None:
    source = annotations(20)
    source = replace(
        source, splits={film.image: "test" if i < 5 else "training" for i, film in enumerate(source.films)}
    )
    splits = split_films(source, Holdout(validation=3))
    assert splits["test"] == source.films[:5]
    assert len(splits["validation"]) == 3
    with pytest.raises(ConfigurationError, match="--test_fraction is given but the source has its own split; leave"):
        split_films(source, Holdout(test_fraction=0.1))


def test_the_source_s_own_validation_films_are_kept() -> None:
    source = annotations(3)
    names = ("training", "validation", "test")
    source = replace(source, splits={film.image: split for film, split in zip(source.films, names, strict=True)})
    assert split_films(source, Holdout())["validation"] == source.films[1:2]
    with pytest.raises(ConfigurationError, match="--validation is given but the source has its own validation films"):
        split_films(source, Holdout(validation=1))


@pytest.mark.parametrize("fraction", [-0.1, 1.0, float("nan")])
def test_a_test_fraction_that_is_none(fraction) -> None:
    with pytest.raises(ConfigurationError, match=r"--test_fraction is .*; choose at least 0 and less than 1"):
        split_films(annotations(5), Holdout(test_fraction=fraction))


@pytest.mark.parametrize("count", [-1, 4, 9])
def test_validation_films_must_leave_one_to_train_on(count) -> None:
    with pytest.raises(ConfigurationError, match=rf"--validation is {count} of 4 training films; choose 0 to 3"):
        split_films(annotations(5), Holdout(validation=count))


def test_a_file_of_splits(tmp_path) -> None:
    films = annotations(4).films
    file = tmp_path / "splits.json"
    file.write_text(json.dumps({"train": ["000", "001.png"], "test": ["images/002.png"], "unlabeled": ["003"]}))
    assert list(read_splits(file, films).values()) == ["training", "training", "test", "unlabeled"]


@pytest.mark.parametrize(
    ("lists", "sentence"),
    [
        (
            {"training": ["000"]},
            "training is not one of the lists train, validation, test, unlabeled; rename or remove it",
        ),
        ({"train": "000"}, "train is '000', not a list"),
        ({"train": ["000", "009"]}, r"train\[1\] '009' is none of the films; correct or remove it"),
        ({"train": ["000"], "test": ["000"]}, r"test\[0\] '000' is listed before; keep each film in one split"),
        ({"train": ["000"]}, r"images/001\.png is in none of the lists; add it to one"),
    ],
)
def test_a_malformed_file_of_splits(tmp_path, lists, sentence) -> None:
    (tmp_path / "splits.json").write_text(json.dumps(lists))
    with pytest.raises(DatasetError, match=rf"splits\.json: {sentence}"):
        read_splits(tmp_path / "splits.json", annotations(2).films)
