# SPDX-License-Identifier: Apache-2.0
"""What a page asks of the study: its landmark set, and measurements as points are moved."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter

from bundle.label.forms import MeasureForm, StudyForm, sent
from bundle.label.shown_label import shown_points, stored_points
from bundle.label.study import Study, Template
from bundle.label.workspace import Workspace
from bundle.measurements import choose_measurements, measure

_DECIMALS = 2


def study_routes(workspace: Workspace) -> APIRouter:
    """The routes of a workspace."""
    routes = APIRouter(prefix="/api")
    store, films, shown = workspace.store, workspace.films, workspace.shown

    @routes.get("/study")
    def study() -> dict[str, Any]:
        return shown_study(workspace, store.study)

    @routes.put("/study")
    def change(form: Annotated[StudyForm, sent(StudyForm)]) -> dict[str, Any]:
        change = form.changed
        if form.template is not None:
            film = films.find(form.template.film)
            names = change.get("landmarks", store.study.landmarks)
            change["template"] = Template(film.id, stored_points(form.template.points, names, shown.geometry(film)))
        return shown_study(workspace, store.change_study(form.revision, change, form.renamed))

    @routes.post("/measurements")
    def measurements(form: Annotated[MeasureForm, sent(MeasureForm)]) -> list[dict[str, Any]]:
        study, geometry = store.study, shown.geometry(films.find(form.film))
        if study.measurements is None or not study.landmarks:
            return []
        points = stored_points(form.points, study.landmarks, geometry)
        landmarks = [points.get(name, (np.nan, np.nan)) for name in study.landmarks]
        measured = measure(
            choose_measurements(study.measurements, study.landmarks),
            study.landmarks,
            landmarks,
            geometry.spacing,
            geometry.stored_size,
            geometry.upright,
        )
        return [
            {
                "name": each.name,
                "value": round(each.value, _DECIMALS) if np.isfinite(each.value) else None,
                "unit": each.unit,
            }
            for each in measured
        ]

    return routes


def shown_study(workspace: Workspace, study: Study) -> dict[str, Any]:
    """A study for a page; the points of its example are in pixels of the film as it is shown."""
    template = study.template
    known = template is not None and template.film in workspace.films
    return {
        "revision": study.revision,
        "name": study.name,
        "landmarks": study.landmarks,
        "skeleton": study.skeleton,
        "parts": study.parts,
        "repeated": study.repeated,
        "pairs": study.pairs,
        "measurements": study.measurements,
        "template": _shown_template(workspace, study, template) if template is not None and known else None,
        "films": len(workspace.films),
        "reader": workspace.reader,
        "model": workspace.proposer.model and workspace.proposer.model.shown(study),
    }


def _shown_template(workspace: Workspace, study: Study, template: Template) -> dict[str, Any]:
    geometry = workspace.shown.geometry(workspace.films.find(template.film))
    return {"film": template.film, "points": shown_points(template.points, study.landmarks, geometry)}
