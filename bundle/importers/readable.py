# SPDX-License-Identifier: Apache-2.0
"""Whether films can be read, all of them looked at before the first is copied."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from tqdm import tqdm

from bundle.errors import DatasetError, RadiographError


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
