# SPDX-License-Identifier: Apache-2.0
"""What a page asks of films: their list, their pixels, and what to label next."""

from __future__ import annotations

import math
from collections import Counter
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query, Response

from bundle.label.film_list import ListedFilm
from bundle.label.label import STATUSES, UNLABELLED
from bundle.label.proposal import shown_proposal, trust
from bundle.label.shown_label import shown_label
from bundle.label.workspace import Workspace

PROPOSED = "proposed"
"""Status in the list of a film that nobody labelled and a model has looked at."""

_FILMS_AT_A_TIME = 100
_DECIMALS = 3


def film_routes(workspace: Workspace) -> APIRouter:
    """The routes of a workspace."""
    routes = APIRouter(prefix="/api")
    store, films, shown, proposer = workspace.store, workspace.films, workspace.shown, workspace.proposer
    suggestions = workspace.suggestions

    @routes.get("/films")
    def film_list(
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1)] = _FILMS_AT_A_TIME,
        status: str | None = None,
        order: Literal["name", "error", "next"] = "name",
    ) -> dict[str, Any]:
        everything = [(film, _status(workspace, film)) for film in films]
        chosen = [film for film, its_status in everything if status in (None, its_status)]
        if order == "error":
            chosen.sort(key=lambda film: -_doubt(workspace, film))
        elif order == "next":
            rank = {suggestion.film.id: place for place, suggestion in enumerate(suggestions.ordered())}
            chosen.sort(key=lambda film: rank.get(film.id, len(rank)))
        counts = Counter(its_status for _, its_status in everything)
        return {
            "total": len(chosen),
            "counts": {name: counts[name] for name in (*STATUSES, PROPOSED)},
            "note": suggestions.note if order == "next" else None,
            "films": [_listed(workspace, film) for film in chosen[offset : offset + limit]],
        }

    @routes.get("/films/{film}")
    def details(film: str) -> dict[str, Any]:
        found = films.find(film)
        geometry, proposal = shown.geometry(found), proposer.known(found)
        spacing = geometry.shown_spacing
        return {
            "id": found.id,
            "name": found.name,
            "width": geometry.size[0],
            "height": geometry.size[1],
            "spacing_mm": spacing.tolist() if np.isfinite(spacing).all() else None,
            "warnings": geometry.warnings,
            "label": shown_label(store.label(found), store.study.landmarks, geometry),
            "proposal": proposal and shown_proposal(proposal, store.study, geometry),
        }

    @routes.get("/films/{film}/pixels")
    def pixels(film: str) -> Response:
        grey = shown.grey(films.find(film))
        height, width = grey.shape
        headers = {"X-Width": str(width), "X-Height": str(height)}
        return Response(grey.astype("<u2").tobytes(), media_type="application/octet-stream", headers=headers)

    @routes.get("/films/{film}/thumbnail")
    def thumbnail(film: str) -> Response:
        return Response(shown.thumbnail(films.find(film)), media_type="image/png")

    @routes.post("/films/{film}/proposal")
    def proposal(film: str) -> dict[str, Any]:
        found = films.find(film)
        return shown_proposal(proposer.ask(found), store.study, shown.geometry(found))

    @routes.get("/next")
    def following(count: Annotated[int, Query(ge=1)] = 5) -> list[dict[str, str]]:
        return [{"id": film.id, "reason": reason} for film, reason in suggestions.ordered()[:count]]

    return routes


def _listed(workspace: Workspace, film: ListedFilm) -> dict[str, Any]:
    summary, proposal = workspace.store.summary(film), workspace.proposer.known(film)
    expected = unit = confidence = None
    if proposal is not None and proposal.calibrated and proposal.expected:
        scale = proposal.mm_per_pixel
        expected, unit = round(proposal.mean_expected * (scale or 1), _DECIMALS), "mm" if scale else "px"
        confidence = proposal.limit and trust(proposal.mean_expected, proposal.limit)
    return {
        "id": film.id,
        "name": film.name,
        "status": _status(workspace, film),
        "revision": summary.revision,
        "labelled_points": summary.points,
        "expected_error": expected,
        "unit": unit,
        "confidence": confidence,
    }


def _status(workspace: Workspace, film: ListedFilm) -> str:
    status = workspace.store.summary(film).status
    return PROPOSED if status == UNLABELLED and workspace.proposer.looked_at(film) else status


def _doubt(workspace: Workspace, film: ListedFilm) -> float:
    """How much a film is worth looking at, by what the model in use is expected to err; the least where unknown."""
    proposal = workspace.proposer.known(film)
    return -math.inf if proposal is None else proposal.mean_expected
