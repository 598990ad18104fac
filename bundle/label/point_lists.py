# SPDX-License-Identifier: Apache-2.0
"""Labels and proposals as point lists of 3D Slicer, which other programs read and write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bundle.errors import DatasetError
from bundle.importers.entries import Entry
from bundle.importers.slicer import points_of_markups
from bundle.label.film_list import ListedFilm
from bundle.label.forms import ShownPoint
from bundle.label.label import FLAGGED, IN_PROGRESS, LABELLED, PLACED, Label, Mark, Part
from bundle.label.proposal import Proposal
from bundle.label.shown_films import Geometry
from bundle.label.shown_label import stored_points
from bundle.label.store import StaleError, Store
from bundle.label.study import Study
from bundle.label.workspace import Workspace
from bundle.outputs.slicer_markups import ListedPoint, expectation, point_list

_ACTION = "point list"
_MISSING = (np.nan, np.nan)


def label_list(film: ListedFilm, label: Label, study: Study) -> dict[str, Any]:
    """The label of a film; landmarks that have no point keep their place in the list.

    Raises:
        RadiographError: ITK, and so Slicer, cannot read the film.
    """
    points = [ListedPoint(name, label.placed.get(name, _MISSING)) for name in study.landmarks]
    return point_list(film.file, points, name=label.status)


def proposal_list(film: ListedFilm, proposal: Proposal, study: Study) -> dict[str, Any]:
    """The proposal for a film, with the error to expect where the model is calibrated.

    Raises:
        RadiographError: ITK, and so Slicer, cannot read the film.
    """
    expected = proposal.expected if proposal.calibrated else {}
    points = [
        ListedPoint(name, proposal.points.get(name, _MISSING), _expectation(expected.get(name), proposal.mm_per_pixel))
        for name in study.landmarks
    ]
    return point_list(film.file, points, name=f"proposed ({proposal.decision})" if proposal.decision else "proposed")


def save_points(
    workspace: Workspace, film: ListedFilm, content: Entry, reader: str, revision: int | None = None
) -> Label:
    """Make a point list the label of a film.

    The list is the whole label: a landmark that it has no point for has none afterwards, unless a reader said that it
    cannot be seen or does not exist. What was there before stays in the label's history.

    Args:
        workspace: Of the film.
        film: The film, as it was loaded in Slicer.
        content: Of the Markups file.
        reader: Who placed the points.
        revision: Of the label that the reader has seen; None for whichever it is now.

    Raises:
        DatasetError: no point is placed, one is no landmark of the study, or it lies far outside the film.
        StaleError: the label is of another revision by now.
        BundleError: the film cannot be read, or the label not be written.
    """
    store, geometry = workspace.store, workspace.shown.geometry(film)
    placed = points_of_markups(content, film.file)
    if not placed:
        raise DatasetError(f"{content.where} holds no point that is placed; place the landmarks and send them again")
    while True:
        points = _stored(placed, store.study.landmarks, geometry)
        label = store.label(film)
        try:
            return store.change(
                film, label.revision if revision is None else revision, _part(label, points, store), reader, _ACTION
            )
        except StaleError:
            if revision is not None:
                raise


def said_of(label: Label, study: Study) -> dict[str, Any]:
    """What is told of a label that was saved: its revision and status, and the landmarks that are still undecided."""
    undecided = [name for name in study.landmarks if name not in label.marks]
    return {"revision": label.revision, "status": label.status, "undecided": undecided}


def _stored(placed: Mapping[str, Sequence[float]], landmarks: Sequence[str], geometry: Geometry) -> dict[str, Any]:
    unknown = [name for name in placed if name not in landmarks]
    if unknown:
        known = ", ".join(landmarks) or "none yet; name them on the page"
        raise DatasetError(
            f"{', '.join(map(repr, unknown))}: no landmark of the study; call each point as its landmark ({known})"
        )
    shown = geometry.shown([placed.get(name, _MISSING) for name in landmarks]).tolist()
    return stored_points([None if np.isnan(x) else ShownPoint(x=x, y=y) for x, y in shown], landmarks, geometry)


def _part(label: Label, points: Mapping[str, tuple[float, float]], store: Store) -> Part:
    marks: dict[str, Mark | None] = {}
    for name in store.study.landmarks:
        mark = label.marks.get(name)
        kept = mark if mark is not None and mark.point is None else None
        marks[name] = Mark(PLACED, points[name]) if name in points else kept
    if label.status == FLAGGED:
        return Part(FLAGGED, marks)
    return Part(LABELLED if all(marks.values()) else IN_PROGRESS, marks)


def _expectation(pixels: float | None, mm_per_pixel: float | None) -> str:
    return "" if pixels is None else expectation(pixels, pixels * (mm_per_pixel or np.nan))
