# SPDX-License-Identifier: Apache-2.0
"""A dataset in a few lines of text."""

from __future__ import annotations

from bundle.dataset.description import DatasetDescription
from bundle.dataset.validation import SPLITS


def dataset_summary(dataset: DatasetDescription) -> str:
    """Count films, labelled ones, missing points and the spacings of `dataset.json` by split, without naming a film."""
    title = f"{dataset.name}: {len(dataset.landmarks)} landmarks"
    lines = [title + (", synthetic films" if dataset.synthetic else "")]
    lines.append(f"{'split':<12}{'films':>8}{'labelled':>10}{'missing points':>16}{'spacing in dataset.json':>25}")
    for split in SPLITS:
        films = getattr(dataset, split)
        labelled = [film for film in films if film.labelled]
        missing = sum(point is None for film in labelled for point in film.landmarks)
        spaced = sum(film.spacing is not None for film in films)
        lines.append(f"{split:<12}{len(films):>8}{len(labelled):>10}{missing:>16}{spaced:>25}")
    return "\n".join(lines)
