# SPDX-License-Identifier: Apache-2.0
"""The films of a pool to label first, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from bundle.errors import RadiographError
from bundle.selection.coverage import Coverage
from bundle.selection.descriptors import VALUES, describe
from bundle.selection.hardest import hardest


class Chosen(NamedTuple):
    """What was chosen.

    Attributes:
        films: Places of the films, the best first.
        refused: Why films could not be read, by their places; they were passed over.
    """

    films: list[int]
    refused: dict[int, str]


def choose_films(
    files: Sequence[Path], count: int, labelled: Sequence[int] = (), expected: Mapping[int, float] | None = None
) -> Chosen:
    """Choose the films of a pool to label first.

    Without a model they are those that best stand for the pool; with one those that best stand for the films that it is
    least sure of.

    Args:
        files: The films of the pool.
        count: How many to choose; fewer where there are no more.
        labelled: Places of the films that are labelled.
        expected: Error that a model expects, by the place of a film; films without are not chosen. None without one.
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
    among = None
    if expected is not None:
        open_ = [place for place in expected if place in number and place not in {*labelled}]
        among = [number[open_[film]] for film in hardest([expected[place] for place in open_], count)]
    covered = [number[place] for place in labelled if place in number]
    return Chosen([places[row] for row in coverage.best(count, covered, among)], refused)
