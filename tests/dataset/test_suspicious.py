# SPDX-License-Identifier: Apache-2.0
"""The films whose repeated parts look mislabelled are named with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle.__main__ import main
from bundle.dataset.chain_levels import FEWEST_FILMS
from bundle.dataset.description import DatasetDescription, Film, write_dataset
from bundle.dataset.suspicious import _of_level
from chain_films import COUNT, film, labels

PARTS = {f"T{part + 1}": (f"T{part + 1} left", f"T{part + 1} right") for part in range(COUNT)}

Make = Callable[..., Path]


@pytest.fixture
def data(tmp_path: Path) -> Make:
    """Make a data folder of films, in which some are labelled otherwise."""

    def make(other: dict[int, np.ndarray], count: int = FEWEST_FILMS, repeated: bool = True) -> Path:
        films = []
        for index in range(count):
            Image.fromarray(np.uint8(np.clip(film(index), 0, 255)).T).save(tmp_path / f"{index:02}.png")
            points = other.get(index, labels(4)).reshape(-1, 2)
            films.append(Film(Path(f"{index:02}.png"), tuple((float(x), float(y)) for x, y in points)))
        names = tuple(name for part in PARTS.values() for name in part)
        dataset = DatasetDescription(
            name="spines", landmarks=names, parts=PARTS, repeated=repeated, training=tuple(films[1:]), test=(films[0],)
        )
        write_dataset(tmp_path, dataset)
        return tmp_path

    return make


EARLY = "T4 looks like T5 of the other films, as if the name of each part were 1 too early"


@pytest.mark.parametrize("pixels", [True, False])
def test_each_kind_is_named_with_its_reason(data: Make, capsys, pixels: bool):
    one_exchanged = labels(4)
    one_exchanged[6] = one_exchanged[6, ::-1]
    folder = data({2: np.roll(labels(4), -1, axis=0), 3: one_exchanged, 5: labels(5)}, FEWEST_FILMS + 2)
    assert main(["check", str(folder), *(["--pixels"] if pixels else [])]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = next(index for index, line in enumerate(lines) if "look mislabelled" in line)
    assert lines[start].startswith(f"{2 + pixels} films look mislabelled; look at them (python -m bundle label ")
    assert lines[start + 1 : start + 3 + pixels] == [
        "02.png: order: T8 does not come after T7",
        "03.png: landmarks: the landmarks of T7 seem to be exchanged",
        *([f"05.png: level: {EARLY}"] if pixels else []),
    ]


@pytest.mark.parametrize("count", [3, 4, 5, 17])
@pytest.mark.parametrize("shift", [-3, -1, 1, 3])
def test_a_level_is_told_by_two_parts_that_there_are(count: int, shift: int):
    parts = [f"P{part}" for part in range(count)]
    told = _of_level(parts, shift)
    assert told.endswith(f"as if the name of each part were {abs(shift)} too {'early' if shift > 0 else 'late'}")
    named = [int(number) for number in re.findall(r"P(\d+)", told)]
    assert (named[1] - named[0] == shift) if abs(shift) < count else (named == [])


def test_levels_of_few_films_are_not_compared(data: Make, capsys):
    assert main(["check", str(data({5: labels(5)}, count=FEWEST_FILMS - 1)), "--pixels"]) == 0
    assert "mislabelled" not in capsys.readouterr().out


def test_parts_that_are_not_repeated_have_no_order(data: Make, capsys):
    assert main(["check", str(data({2: np.roll(labels(4), -1, axis=0)}, repeated=False))]) == 0
    assert "mislabelled" not in capsys.readouterr().out
