# SPDX-License-Identifier: Apache-2.0
"""The films of a pool to label first, in one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from bundle.errors import RadiographError
from bundle.selection.coverage import Coverage
from bundle.selection.descriptors import VALUES, describe
from bundle.selection.hardest import hardest

_ASKED_ABOUT = 200
"""Films of a larger pool that a model is asked about, those that stand for the pool: minutes instead of hours."""

Expect = Callable[[Sequence[int]], Sequence[float]]


class Chosen(NamedTuple):
    """What was chosen.

    Attributes:
        films: Places of the films, the best first.
        refused: Why films could not be read, by their places; they were passed over.
    """

    films: list[int]
    refused: dict[int, str]


def choose_films(
    files: Sequence[Path], count: int, labelled: Sequence[int] = (), expect: Expect | None = None
) -> Chosen:
    """Choose the films of a pool to label first.

    Without a model they are those that best stand for the pool. With one they are those that best stand for the films
    that it is least sure of, among the 200 that best stand for the pool.

    Args:
        files: The films of the pool.
        count: How many to choose; fewer where there are no more.
        labelled: Places of the films that are labelled.
        expect: Gives the error that a model expects on films, by their places; -inf for a film that it cannot take.
    """
    refused: dict[int, str] = {}
    described: dict[int, np.ndarray] = {}
    for place, file in enumerate(tqdm(files, desc="looking at films", unit="film", disable=None)):
        try:
            described[place] = describe(file)
        except RadiographError as error:
            refused[place] = str(error)
    places = list(described)
    number = {place: row for row, place in enumerate(places)}
    coverage = Coverage(np.stack([*described.values()]) if described else np.empty((0, VALUES), np.float16))
    covered = [number[place] for place in labelled if place in number]
    among = None
    if expect is not None:
        asked = coverage.best(max(_ASKED_ABOUT, count), covered)
        errors = expect([places[row] for row in asked])
        answered = [film for film, error in enumerate(errors) if error > -np.inf]
        among = [asked[answered[film]] for film in hardest([errors[film] for film in answered], count)]
    return Chosen([places[row] for row in coverage.best(count, covered, among)], refused)
