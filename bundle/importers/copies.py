# SPDX-License-Identifier: Apache-2.0
"""Leaving out films that are copies of test films, as public data sets have them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from bundle.dataset.same_content import copies
from bundle.importers.gather import Source


def leave_out_copies(sources: Sequence[Source]) -> list[Source]:
    """Leave films with the content of a test film out of the other splits, and print which.

    The other films keep their split, so that a draw of films is the same with and without the copies.

    Args:
        sources: Films to bring into a data folder.

    Returns:
        The sources without the copies.
    """
    test = {
        film.image.as_posix(): source.folder / film.image for source in sources for film in source.films.get("test", ())
    }
    kept = []
    for source in sources:
        learned = {split: films for split, films in source.films.items() if split != "test"}
        paths = {film.image.as_posix(): source.folder / film.image for films in learned.values() for film in films}
        found = copies(paths, test)
        for name, original in found.items():
            print(f"left out {name}: it has the content of the test film {original}", file=sys.stderr)
        without = {
            split: tuple(film for film in films if film.image.as_posix() not in found)
            for split, films in learned.items()
        }
        kept.append(replace(source, films={**source.films, **without}))
    return kept
