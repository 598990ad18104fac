# SPDX-License-Identifier: Apache-2.0
"""Films chosen from files: the same from run to run, and on real films better than chance."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle.selection import VALUES, choose_films, describe
from label_page import write_film


@pytest.fixture
def films(tmp_path: Path) -> list[Path]:
    """Twelve films of three spots, one that is nearly black, one that is empty and one that is no film."""
    for number in range(12):
        write_film(tmp_path / f"{number:02}.png", number)
    grey = np.zeros((56, 64), np.uint8)
    grey[20:24, 30:50] = 200
    Image.fromarray(grey).save(tmp_path / "dark.png")
    nothing = np.zeros((560, 640), np.uint8)
    nothing[3, 3] = 200
    Image.fromarray(nothing).save(tmp_path / "empty.png")
    (tmp_path / "none.png").write_text("no film")
    return sorted(tmp_path.glob("*.png"))


def test_a_film_is_described_by_its_edges_whatever_its_size_and_contrast(films):
    film = Image.open(films[0])
    film.resize((256, 224)).save(films[0].with_name("large.tif"))
    Image.fromarray(np.uint8(np.asarray(film) // 2 + 40)).save(films[0].with_name("pale.png"))
    same, other = describe(films[0]), describe(films[1])
    assert same.shape == (VALUES,) and same.dtype == np.float16 and np.isfinite(same).all()
    far = np.linalg.norm((same - other).astype(float))
    for name in ("large.tif", "pale.png"):
        assert np.linalg.norm((same - describe(films[0].with_name(name))).astype(float)) < far / 2


def test_films_are_chosen_and_those_that_cannot_be_read_are_named(films):
    chosen = choose_films(films, 3)
    assert len(set(chosen.films)) == 3
    assert not {films[film].stem for film in chosen.films} & {"dark", "none"}
    refused = {films[film].name: sentence for film, sentence in chosen.refused.items()}
    assert {*refused} == {"empty.png", "none.png"}
    assert all(sentence.startswith(f"{name}: ") for name, sentence in refused.items())
    assert choose_films(films, 3) == chosen


def test_labelled_films_are_not_chosen_again_and_hard_ones_come_first(films):
    first = choose_films(films, 3).films
    later = choose_films(films, 20, labelled=first)
    assert not {*later.films} & {*first} and len(later.films) == 10


def test_with_a_model_they_are_hard_ones_of_those_that_it_can_take(films):
    asked: list[int] = []

    def expect(places):
        asked.extend(places)
        return [float("-inf") if place == 2 else float(place in (4, 7)) for place in places]

    assert {*choose_films(films, 2, labelled=[1], expect=expect).films} == {4, 7}
    assert len(asked) == 12 and 1 not in asked


def test_no_film_to_choose_from_gives_none(films):
    assert choose_films([], 5).films == []
    assert choose_films(films[-1:], 5).films == []


@pytest.mark.real_data
@pytest.mark.parametrize("count", [1, 5])
def test_chosen_cephalograms_have_more_usual_shapes_than_random_ones(radiograph_data: Path, count: int):
    folder = radiograph_data / "ceph"
    training = json.loads((folder / "splits.json").read_text())["train"]
    with (folder / "landmarks.csv").open(newline="") as stream:
        rows = {Path(row["image"]).stem: list(row.values())[2:] for row in csv.DictReader(stream)}
    shapes = [_standing(np.array(rows[film], dtype=float).reshape(-1, 2)) for film in training]
    distances = np.sqrt(1 - np.minimum(np.abs(np.conj(shapes) @ np.transpose(shapes)) ** 2, 1))
    chosen = choose_films([folder / "images" / f"{film}.jpg" for film in training], count).films
    rng = np.random.default_rng(0)
    draws = [distances[:, rng.choice(len(training), count, False)].min(axis=1).mean() for _ in range(200)]
    assert distances[:, chosen].min(axis=1).mean() < np.mean(draws)


def _standing(points: np.ndarray) -> np.ndarray:
    """A shape as a complex vector without place and size: what is left of a product of two is their rotation."""
    shape = (points - points.mean(axis=0)) @ [1, 1j]
    return shape / np.linalg.norm(shape)
