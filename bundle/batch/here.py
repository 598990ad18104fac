# SPDX-License-Identifier: Apache-2.0
"""The rows of films, made in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bundle.batch.deaths import MOST, Deaths
from bundle.batch.manifest import Entry
from bundle.batch.rows import FilmRows

GIVEN_UP = (
    f"the program was killed {MOST} times while it read the film; look at the film, or give the program more memory"
)


def batches_of(entries: Iterable[Entry], deaths: Deaths, size: int) -> Iterator[list[Entry]]:
    """Yield films in batches; one at which a process died before, alone."""
    batch: list[Entry] = []
    for entry in entries:
        if deaths.of(entry.path):
            yield [entry]
            continue
        batch.append(entry)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def rows_here(batches: Iterable[list[Entry]], make: FilmRows, deaths: Deaths) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of batch after batch.

    Raises:
        BundleError: nothing can be done for any film, see `FilmRows`.
    """
    for batch in batches:
        paths = [entry.path for entry in batch]
        if max(map(deaths.of, paths)) >= MOST:
            yield [make.refused(entry, GIVEN_UP) for entry in batch]
            continue
        deaths.begin(paths)
        try:
            rows = make(batch)
        finally:
            deaths.end(paths)
        yield rows
