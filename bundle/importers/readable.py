# SPDX-License-Identifier: Apache-2.0
"""Whether films can be read, all of them looked at before the first is copied: marked ones have to be, others not."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from tqdm import tqdm

from bundle.dataset.description import Film
from bundle.errors import DatasetError, RadiographError
from bundle.films.image_size import image_size


def require_readable(images: Iterable[Path]) -> None:
    """Read every film, and print the reason of each that cannot be read.

    Raises:
        DatasetError: naming how many cannot.
    """
    from bundle.films.load_radiograph import LoadRadiographd

    load = LoadRadiographd()
    films, refused = sorted(images), []
    for image in tqdm(films, desc="reading the marked films", unit="film", disable=None):
        try:
            load({"image": image})
        except RadiographError as error:
            refused.append(f"{image} ({error})")
    for reason in refused:
        print(f"cannot be read: {reason}", file=sys.stderr)
    if refused:
        raise DatasetError(
            f"{len(refused)} of {len(films)} marked films cannot be read, as said above; "
            "replace them by intact ones, or remove their annotations"
        )


def leave_out_unreadable(folder: Path, films: Iterable[Film]) -> tuple[Film, ...]:
    """Leave out films without landmarks whose image header cannot be read, and print which.

    Args:
        folder: Folder of the images.
        films: Films whose `image` is relative to the folder.
    """
    kept = []
    for film in films:
        try:
            image_size(folder / film.image)
        except DatasetError as error:
            print(f"left out {error}", file=sys.stderr)
        else:
            kept.append(film)
    return tuple(kept)
