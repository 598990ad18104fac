# SPDX-License-Identifier: Apache-2.0
"""Four test films under all methods: one typical film, and the worst cases."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from bundle.comparison.methods import MEAN_SHAPE
from bundle.comparison.results import Results
from bundle.dataset.description import read_dataset
from bundle.drawing.overlay import draw_overlay, on_upright
from bundle.evaluation.reader import Evaluation
from bundle.films.load_radiograph import LoadRadiographd
from bundle.metrics.summary import mean_over_known

PICTURE_SIDE = 480


class FilmCase(NamedTuple):
    """A test film and why it is shown."""

    case: str
    film: int


class FilmPicture(NamedTuple):
    """A test film with the landmarks of one method and their mean error on it."""

    method: str
    error: float
    picture: Image.Image


class ShownDraw(NamedTuple):
    """A draw of labelled films, and the evaluations of its methods by their names."""

    draw: int
    evaluations: dict[str, Evaluation]

    @property
    def films(self) -> tuple[str, ...]:
        """Names of the test films."""
        return next(iter(self.evaluations.values())).films


def draw_to_show(results: Results, shots: int) -> ShownDraw | None:
    """Choose the first draw in which stage 1 converged; None where there is none."""
    draws = results.done(results.plan.stage1, shots)
    if not draws:
        return None
    draw = min(draws)
    found = {method.name: results.done(method, shots).get(draw) for method in results.plan.methods}
    return ShownDraw(draw, {name: evaluation for name, evaluation in found.items() if evaluation is not None})


def choose_films(results: Results, shown: ShownDraw) -> list[FilmCase]:
    """Choose films by rule and not by eye: what stage 1 does on a typical film, and where it and the others fail.

    The films are those of stage 1's median and largest mean error, of the largest of any other trained method, and
    of the largest loss against stage 1. A film is taken once; the next one in order stands in for it.
    """
    errors = {name: _film_errors(results, evaluation) for name, evaluation in shown.evaluations.items()}
    name = results.plan.stage1.name
    stage1 = errors[name]
    others = np.stack([errors[other] for other in errors if other not in (name, MEAN_SHAPE.name)] or [stage1])
    labelled = np.flatnonzero(np.isfinite(stage1) & np.isfinite(others).all(axis=0))
    ranked = {
        f"Typical film: median error of {name}": np.abs(stage1 - np.median(stage1[labelled])),
        f"Worst film of {name}": -stage1,
        "Worst film of any other method": -others.max(axis=0),
        f"Largest loss against {name}": -(others - stage1).max(axis=0),
    }
    chosen: dict[int, str] = {}
    for case, rank in ranked.items():
        left = [film for film in labelled[np.argsort(rank[labelled], kind="stable")] if film not in chosen]
        if left:
            chosen[int(left[0])] = case
    return [FilmCase(case, film) for film, case in chosen.items()]


def draw_film(results: Results, shown: ShownDraw, film: int) -> list[FilmPicture]:
    """Draw a film with the landmarks of each method.

    Raises:
        RadiographError: the film cannot be read.
    """
    description = read_dataset(results.plan.dataset_dir)
    path = results.plan.dataset_dir / shown.films[film]
    upright: Any = LoadRadiographd(keys="image")({"image": str(path)})["image"]
    title = "synthetic" if description.synthetic else ""
    return [
        FilmPicture(
            method,
            float(_film_errors(results, evaluation)[film]),
            draw_overlay(
                np.asarray(upright),
                on_upright(upright, evaluation.landmarks[film]),
                on_upright(upright, evaluation.label[film]),
                description.skeleton,
                title,
                PICTURE_SIDE,
            ),
        )
        for method, evaluation in shown.evaluations.items()
    ]


def _film_errors(results: Results, evaluation: Evaluation) -> np.ndarray:
    """Mean error `[N]` of each film, NaN where it has no landmark."""
    return mean_over_known(results.errors(evaluation), axis=1)
