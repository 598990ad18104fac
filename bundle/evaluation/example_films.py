# SPDX-License-Identifier: Apache-2.0
"""Which films an evaluation shows: some of the best, of the typical and of the worst, by their mean error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from bundle.errors import ConfigurationError

CASES = ("best", "typical", "worst")


class ExampleFilm(NamedTuple):
    """A film to show.

    Attributes:
        case: `best`, `typical` or `worst`.
        rank: Its place in the case, from 1.
        film: Its index.
    """

    case: str
    rank: int
    film: int


def choose_examples(errors: np.ndarray, counts: Mapping[str, int]) -> list[ExampleFilm]:
    """Choose films by their mean error, each film once; where they are few the worst go first, then the best.

    Args:
        errors: `[N, K]` errors of the films, NaN where unknown; a film without any is never chosen.
        counts: How many films of each case to choose at most: `best` have the lowest mean error, `typical` ones are
            about the median, `worst` have the highest. A case that is left out has none.

    Returns:
        The best films, then the typical, then the worst, each from rank 1 on.

    Raises:
        ConfigurationError: `counts` has another case, or a count that is no whole number from 0 on.
    """
    _require_counts(counts)
    labelled = [film for film in range(len(errors)) if not np.isnan(errors[film]).all()]
    ordered = sorted(labelled, key=lambda film: np.nanmean(errors[film]))
    middle = max(0, (len(ordered) - counts.get("typical", 0)) // 2)
    ranked = {"worst": ordered[::-1], "best": ordered, "typical": ordered[middle:]}
    chosen: dict[int, ExampleFilm] = {}
    for case, films in ranked.items():
        for rank, film in enumerate(films[: counts.get(case, 0)], start=1):
            chosen.setdefault(film, ExampleFilm(case, rank, film))
    return sorted(chosen.values(), key=lambda example: (CASES.index(example.case), example.rank))


def _require_counts(counts: Mapping[str, int]) -> None:
    if not isinstance(counts, Mapping) or not all(
        case in CASES and isinstance(count, int) and count >= 0 for case, count in counts.items()
    ):
        raise ConfigurationError(
            f"overlays: {counts!r} is no number of films; give whole numbers from 0 on by {', '.join(CASES)}"
        )
