# SPDX-License-Identifier: Apache-2.0
"""What a page asks of films: their list, their pixels, and their labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query, Response

from bundle.label.film_list import ListedFilm
from bundle.label.forms import LabelForm, StepForm, sent
from bundle.label.label import STATUSES
from bundle.label.shown_label import part_of, shown_label
from bundle.label.store import StaleError
from bundle.label.workspace import Workspace

_FILMS_AT_A_TIME = 100
Order = Literal["name"]


def film_routes(workspace: Workspace) -> APIRouter:
    """The routes of a workspace."""
    routes = APIRouter(prefix="/api/films")
    store, films, shown = workspace.store, workspace.films, workspace.shown

    def listed(film: ListedFilm) -> dict[str, Any]:
        summary = store.summary(film)
        return {
            "id": film.id,
            "name": film.name,
            "status": summary.status,
            "revision": summary.revision,
            "labelled_points": summary.points,
        }

    @routes.get("")
    def film_list(
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1)] = _FILMS_AT_A_TIME,
        status: str | None = None,
        order: Order = "name",
    ) -> dict[str, Any]:
        everything = [listed(film) for film in films]
        chosen = [film for film in everything if status in (None, film["status"])]
        counts = Counter(film["status"] for film in everything)
        return {
            "total": len(chosen),
            "counts": {name: counts[name] for name in STATUSES},
            "films": chosen[offset : offset + limit],
        }

    @routes.get("/{film}")
    def details(film: str) -> dict[str, Any]:
        found = films.find(film)
        geometry = shown.geometry(found)
        spacing: Sequence[float] = geometry.shown_spacing.tolist()
        return {
            "id": found.id,
            "name": found.name,
            "width": geometry.size[0],
            "height": geometry.size[1],
            "spacing_mm": spacing if np.isfinite(spacing).all() else None,
            "warnings": geometry.warnings,
            "label": shown_label(store.label(found), store.study.landmarks, geometry),
        }

    @routes.get("/{film}/pixels")
    def pixels(film: str) -> Response:
        grey = shown.grey(films.find(film))
        height, width = grey.shape
        headers = {"X-Width": str(width), "X-Height": str(height)}
        return Response(grey.astype("<u2").tobytes(), media_type="application/octet-stream", headers=headers)

    @routes.get("/{film}/thumbnail")
    def thumbnail(film: str) -> Response:
        return Response(shown.thumbnail(films.find(film)), media_type="image/png")

    @routes.put("/{film}/label")
    def put_label(film: str, form: Annotated[LabelForm, sent(LabelForm)]) -> dict[str, Any]:
        found = films.find(film)
        geometry = shown.geometry(found)
        if form.landmarks != store.study.landmarks:
            raise StaleError("the landmarks of the study were changed meanwhile; read the study again", store.study)
        label = store.change(found, form.revision, part_of(form, geometry), form.reader, form.action)
        return shown_label(label, store.study.landmarks, geometry)

    @routes.post("/{film}/undo")
    def undo(film: str, form: Annotated[StepForm, sent(StepForm)]) -> dict[str, Any]:
        found = films.find(film)
        label = store.undo(found, form.revision, form.reader)
        return shown_label(label, store.study.landmarks, shown.geometry(found))

    @routes.post("/{film}/redo")
    def redo(film: str, form: Annotated[StepForm, sent(StepForm)]) -> dict[str, Any]:
        found = films.find(film)
        label = store.redo(found, form.revision, form.reader)
        return shown_label(label, store.study.landmarks, shown.geometry(found))

    return routes
