# SPDX-License-Identifier: Apache-2.0
"""Few-shot draws: which training films keep their landmarks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bundle.dataset.description import Film
from bundle.errors import ConfigurationError


def drawn_films(films: Sequence[Film], shots: int | None, draw: int) -> list[int]:
    """Draw labelled films at random, the same ones for the same draw number.

    Films are ranked by a hash of draw number and image path. So draws are nested (1 in 5 in 10 …), equal on every
    platform and library version, and untouched by the order in which films are listed. Films that were merged later
    come after all films of before; those that are added by hand enter by their own rank.

    Args:
        films: The pool; only films with at least one landmark can be drawn.
        shots: How many to draw; None for all.
        draw: Number of the draw.

    Returns:
        Indices into `films`, by rank.

    Raises:
        ConfigurationError: `shots` is below one or above the number of labelled films.
    """
    ranked = sorted((index for index, film in enumerate(films) if film.labelled), key=lambda i: _rank(films[i], draw))
    if shots is None:
        return ranked
    if not isinstance(shots, int):
        raise ConfigurationError(f"shots is {shots!r}; give a whole number of films")
    if not 1 <= shots <= len(ranked):
        raise ConfigurationError(
            f"shots is {shots} where the training split has {len(ranked)} labelled films; "
            f"choose 1 to {len(ranked)}, or None for all"
        )
    return ranked[:shots]


def _rank(film: Film, draw: int) -> tuple[int, bytes]:
    return film.added or 0, hashlib.sha256(f"{draw} {film.image.as_posix()}".encode()).digest()
