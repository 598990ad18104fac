# SPDX-License-Identifier: Apache-2.0
"""Labels that a data folder has already: a study begins with them."""

from __future__ import annotations

import logging

from bundle.dataset.description import DatasetDescription, Film
from bundle.label.film_list import film_id
from bundle.label.label import LABELLED, NOT_VISIBLE, PLACED, UNLABELLED, Mark, Part
from bundle.label.store import Store

logger = logging.getLogger(__name__)

READER, ACTION = "dataset.json", "take over"


def take_over(store: Store, dataset: DatasetDescription) -> int:
    """Make the labels of a data folder those of the study, but for films that somebody touched in it.

    A landmark that the data folder does not place counts as not visible.

    Args:
        store: Of the study; its films are those of the data folder.
        dataset: Of the data folder, whose labelled training and validation films are taken.

    Returns:
        How many films were taken over; none, with a warning, where the study lacks one of the landmarks.

    Raises:
        StorageError: the disk is full; the films before are taken over.
    """
    unknown = [name for name in dataset.landmarks if name not in store.study.landmarks]
    if unknown:
        logger.warning(
            f"dataset.json: has the landmark {unknown[0]!r}, which the study lacks, so its labels are not taken over; "
            "name it so in the page, or choose another --study"
        )
        return 0
    taken = 0
    for labelled in (*dataset.training, *dataset.validation):
        identity = film_id(labelled.image.as_posix())
        if not labelled.labelled or identity not in store.films:
            continue
        film = store.films.find(identity)
        if store.summary(film).status == UNLABELLED and not store.label(film).revision:
            store.change(film, 0, Part(LABELLED, _marks(dataset, labelled)), READER, ACTION)
            taken += 1
    return taken


def _marks(dataset: DatasetDescription, film: Film) -> dict[str, Mark | None]:
    points = zip(dataset.landmarks, film.landmarks or (), strict=True)
    return {name: Mark(NOT_VISIBLE if point is None else PLACED, point) for name, point in points}
