# SPDX-License-Identifier: Apache-2.0
"""What other programs ask for: the film that a file is, and its label as a point list of 3D Slicer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from bundle.importers.entries import parse_json
from bundle.label.film_list import UnknownFilmError
from bundle.label.point_lists import label_list, proposal_list, said_of, save_points
from bundle.label.workspace import Workspace


def markups_routes(workspace: Workspace) -> APIRouter:
    """The routes of a workspace."""
    routes = APIRouter(prefix="/api")
    store, films, proposer = workspace.store, workspace.films, workspace.proposer

    @routes.get("/film")
    def film_of(file: Annotated[Path, Query()]) -> dict[str, str]:
        whole = file.resolve()
        for found in films:
            if found.file.name == file.name and found.file.resolve() == whole:
                return {"id": found.id, "name": found.name}
        raise UnknownFilmError(f"{file.name}: is no film of the folder {films.folder.name}; open it from there")

    @routes.get("/films/{film}/markups")
    def markups(film: str) -> dict[str, Any]:
        found = films.find(film)
        label = store.label(found)
        if label.placed or proposer.model is None:
            return label_list(found, label, store.study)
        return proposal_list(found, proposer.ask(found), store.study)

    @routes.put("/films/{film}/markups")
    async def save(
        film: str,
        request: Request,
        reader: Annotated[str, Query(min_length=1, max_length=200, pattern=r"\S")],
        revision: int | None = None,
    ) -> dict[str, Any]:
        found, text = films.find(film), (await request.body()).decode("utf-8", "replace")
        content = parse_json(text, "the point list:")
        label = await run_in_threadpool(save_points, workspace, found, content, reader, revision)
        return said_of(label, store.study)

    return routes
