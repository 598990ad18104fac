# SPDX-License-Identifier: Apache-2.0
"""The section on single films: the worst, some typical and the best, with their landmarks."""

from __future__ import annotations

from typing import Any

from bundle.evaluation.reader import Evaluation
from bundle.metrics.radial_error import FAILURE_THRESHOLD
from bundle.page.html import picture_file_url

PICTURE_SIDE = 860
_CASES = {
    "worst": "Worst films: highest mean error",
    "typical": "Typical films: mean error about the median",
    "best": "Best films: lowest mean error",
}


def film_section(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return the films that the evaluation drew.

    Returns:
        One entry a case that has films: its `heading`, and `films` with their `case`, `name`, `picture` (a data URL),
        `mean_error` and `unit`, and how many of how many landmarks were `failures`.

    Raises:
        BundleError: a picture cannot be read.
    """
    drawn = [_film(evaluation, overlay) for overlay in evaluation.metrics["overlays"]]
    cases = {heading: [film for film in drawn if film["case"] == case] for case, heading in _CASES.items()}
    return [{"heading": heading, "films": films} for heading, films in cases.items() if films]


def _film(evaluation: Evaluation, overlay: dict[str, Any]) -> dict[str, Any]:
    errors = evaluation.width_fraction[evaluation.films.index(overlay["name"])]
    return {
        **overlay,
        "picture": picture_file_url(evaluation.folder / overlay["file"], PICTURE_SIDE),
        "failures": int((errors > FAILURE_THRESHOLD).sum()),
    }
