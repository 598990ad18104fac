# SPDX-License-Identifier: Apache-2.0
"""The films that stage 2 learns from without landmarks, none of them a film it is tested on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bundle.dataset.datalist import datalist
from bundle.dataset.description import FILE_NAME
from bundle.dataset.same_content import require_unseen_test
from bundle.errors import ConfigurationError


def unlabelled_pool(
    dataset_dir: str | Path,
    shots: int | None,
    draw: int,
    films: int | None = None,
    drawn: Sequence[dict[str, Any]] = (),
) -> list[dict[str, Any]]:
    """List the unlabelled films and the training films that were not drawn, in the form of `datalist`.

    Args:
        dataset_dir: Folder of a `dataset.json`.
        shots: Number of labelled training films that are drawn; None for all.
        draw: Number of the few-shot draw.
        films: How many of them to list, from the first; None for all.
        drawn: Drawn films to list after them, for what learns from films without landmarks alone.

    Raises:
        DatasetError: a film of the pool has the content of a test film.
        ConfigurationError: there is none, or as `datalist`.
    """
    pool = datalist(dataset_dir, "unlabeled", shots, draw)
    if not pool:
        raise ConfigurationError(
            f"{Path(dataset_dir) / FILE_NAME}: has no unlabelled film for stage 2, and all of training is drawn; "
            "add films to unlabeled, or give fewer shots"
        )
    require_unseen_test(dataset_dir, pool)
    return [*pool[:films], *drawn]
