# SPDX-License-Identifier: Apache-2.0
"""What a page does to labels: change them, and take steps back and forth."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter

from bundle.label.forms import LabelForm, StepForm, sent
from bundle.label.shown_label import part_of, shown_label
from bundle.label.store import StaleError
from bundle.label.workspace import Workspace


def label_routes(workspace: Workspace) -> APIRouter:
    """The routes of a workspace."""
    routes = APIRouter(prefix="/api/films")
    store, films, shown = workspace.store, workspace.films, workspace.shown

    @routes.put("/{film}/label")
    def change(film: str, form: Annotated[LabelForm, sent(LabelForm)]) -> dict[str, Any]:
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
