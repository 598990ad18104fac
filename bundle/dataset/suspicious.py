# SPDX-License-Identifier: Apache-2.0
"""The films whose repeated parts look mislabelled, each with the reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from bundle.dataset.chain_levels import FEWEST_FILMS, shifts_by_sight, straightened
from bundle.dataset.chain_order import exchanged, out_of_order
from bundle.dataset.description import DatasetDescription, Film
from bundle.dataset.parts import parts_of
from bundle.dataset.validation import LABELLED_SPLITS
from bundle.films.load_radiograph import LoadRadiographd


def suspicious_films(
    dataset_dir: Path, dataset: DatasetDescription, pixels: bool, unreadable: Collection[Path] = ()
) -> list[str]:
    """Look for labelled films whose parts are out of order, have exchanged landmarks, or lie at another level.

    A suspicion, not a verdict: it is for a person to look at the film.

    Args:
        dataset_dir: Folder of the dataset.
        dataset: Its content.
        pixels: Whether to compare levels too, for which the labelled films are decoded.
        unreadable: Films that cannot be decoded.

    Returns:
        One sentence a film, by the names of the films; none where no parts are repeated.
    """
    indices = parts_of(dataset)
    films = [film for split in LABELLED_SPLITS for film in getattr(dataset, split) if film.labelled]
    if indices is None or not films:
        return []
    parts = list(dataset.parts)
    points = np.stack([_points(film) for film in films])[:, indices]
    found = {film: f"order: {reason}" for film, reason in out_of_order(points, parts).items()}
    steady = [film for film in range(len(films)) if film not in found]
    for film, reason in exchanged(points[steady], parts).items():
        found[steady[film]] = f"landmarks: {reason}"
    whole = [
        film
        for film in steady
        if film not in found and np.isfinite(points[film]).all() and films[film].image not in unreadable
    ]
    if pixels and len(whole) >= FEWEST_FILMS:
        shifts = shifts_by_sight(_straightened(dataset_dir, [films[film] for film in whole], points[whole]))
        for film, shift in zip(whole, shifts.tolist(), strict=True):
            if shift:
                found[film] = f"level: {_of_level(parts, shift)}"
    return sorted(f"{films[film].image.as_posix()}: {reason}" for film, reason in found.items())


def _of_level(parts: Sequence[str], shift: int) -> str:
    early = f"as if the name of each part were {abs(shift)} too {'early' if shift > 0 else 'late'}"
    if abs(shift) >= len(parts):
        return early
    one = (len(parts) - shift) // 2
    return f"{parts[one]} looks like {parts[one + shift]} of the other films, {early}"


def _straightened(dataset_dir: Path, films: Sequence[Film], points: np.ndarray) -> np.ndarray:
    """Films `[N, rows, columns]` along their chains of points `[N, P, C, 2]`."""
    load = LoadRadiographd(keys="image")
    strips = []
    for film, chain in zip(tqdm(films, desc="comparing levels", unit="film", disable=None), points, strict=True):
        image: Any = load({"image": str(dataset_dir / film.image)})["image"]
        strips.append(straightened(image[0].numpy(), chain))
    return np.stack(strips)


def _points(film: Film) -> np.ndarray:
    """Landmarks `[K, 2]`, NaN where missing."""
    return np.array([(np.nan, np.nan) if point is None else point for point in film.landmarks or ()])
