# SPDX-License-Identifier: Apache-2.0
"""A label as a page holds it: lists in the order of the landmark set, points in pixels of the film as it is shown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bundle.dataset.validation import is_near
from bundle.errors import DatasetError
from bundle.label.forms import LabelForm, ShownPoint
from bundle.label.label import UNSET, WITH_POINT, Label, Mark, Part
from bundle.label.shown_films import Geometry

_DECIMALS = 4


def shown_label(label: Label, landmarks: Sequence[str], geometry: Geometry) -> dict[str, Any]:
    """A label for a page."""
    return {
        "revision": label.revision,
        "status": label.status,
        "points": shown_points(label.placed, landmarks, geometry),
        "states": [label.marks[name].state if name in label.marks else UNSET for name in landmarks],
        "reader": label.reader,
        "time": label.time,
        "undoable": label.undoable() is not None,
        "redoable": label.redoable() is not None,
    }


def shown_points(
    stored: Mapping[str, Sequence[float]], landmarks: Sequence[str], geometry: Geometry
) -> list[dict[str, float] | None]:
    """Points for a page, None for landmarks without one.

    Args:
        stored: (x, y) in pixels of the stored image by landmark.
        landmarks: Names in the order of the list.
        geometry: Of the film.
    """
    missing = (math.nan, math.nan)
    shown = geometry.shown([stored.get(name, missing) for name in landmarks] or np.empty((0, 2)))
    return [None if math.isnan(x) else {"x": round(x, _DECIMALS), "y": round(y, _DECIMALS)} for x, y in shown.tolist()]


def stored_points(
    shown: Sequence[ShownPoint | None], landmarks: Sequence[str], geometry: Geometry
) -> dict[str, tuple[float, float]]:
    """Points of a page in pixels of the stored image, by landmark.

    Args:
        shown: In the order of the landmarks, None for those without a point.
        landmarks: Their names.
        geometry: Of the film.

    Raises:
        DatasetError: there are more or fewer points than landmarks, or one lies far outside the film.
    """
    if len(shown) != len(landmarks):
        raise DatasetError(
            f"points: there are {len(shown)} for {len(landmarks)} landmarks; give a point or null for each landmark"
        )
    points = {}
    for name, point in zip(landmarks, shown, strict=True):
        if point is None:
            continue
        for axis, coordinate, length in zip("xy", (point.x, point.y), geometry.size, strict=True):
            if not is_near(coordinate, length):
                width, height = geometry.size
                raise DatasetError(
                    f"points: {name!r} has {axis} = {coordinate:g}, far outside the film of {width} x {height} pixels; "
                    "place it on the film"
                )
        x, y = geometry.stored([point.x, point.y]).tolist()
        points[name] = (round(x, _DECIMALS), round(y, _DECIMALS))  # so that a point sent back unmoved is unmoved
    return points


def part_of(form: LabelForm, geometry: Geometry) -> Part:
    """What a page sent, as a step of the label.

    Raises:
        DatasetError: points and states do not belong together, or see `stored_points`.
    """
    if len(form.states) != len(form.landmarks):
        raise DatasetError(
            f"states: there are {len(form.states)} for {len(form.landmarks)} landmarks; give one for each landmark"
        )
    points = stored_points(form.points, form.landmarks, geometry)
    marks: dict[str, Mark | None] = {}
    for name, state in zip(form.landmarks, form.states, strict=True):
        if (state in WITH_POINT) is not (name in points):
            wrong = "has a point" if name in points else "has no point"
            raise DatasetError(f"states: {name!r} is {state!r}, but {wrong}; correct the one or the other")
        marks[name] = None if state == UNSET else Mark(state, points.get(name))
    return Part(form.status, marks)
