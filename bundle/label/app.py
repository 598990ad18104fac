# SPDX-License-Identifier: Apache-2.0
"""The HTTP application of a labelling study: JSON under `/api`, the page at `/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from bundle.errors import BundleError, ConfigurationError, StorageError
from bundle.label.film_list import UnknownFilmError, film_id
from bundle.label.film_routes import film_routes
from bundle.label.guard import Guard
from bundle.label.label import Label
from bundle.label.label_routes import label_routes
from bundle.label.markups_routes import markups_routes
from bundle.label.shown_label import shown_label
from bundle.label.store import StaleError
from bundle.label.study_routes import shown_study, study_routes
from bundle.label.training_routes import training_routes
from bundle.label.workspace import Workspace
from bundle.schema_errors import field_of

PAGE = Path(__file__).parent / "page"

_STATUS = {UnknownFilmError: 404, StaleError: 409, ConfigurationError: 409, StorageError: 507}
_BAD_INPUT = 422


def make_app(workspace: Workspace, *more: APIRouter) -> FastAPI:
    """Make the application of a workspace, with more routes than those of the page."""
    app = FastAPI(title="labelling", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard)
    app.include_router(study_routes(workspace))
    app.include_router(film_routes(workspace))
    app.include_router(label_routes(workspace))
    app.include_router(training_routes(workspace))
    app.include_router(markups_routes(workspace))
    for routes in more:
        app.include_router(routes)
    app.mount("/static", StaticFiles(directory=PAGE, check_dir=False), name="static")

    @app.get("/")
    def page() -> FileResponse:
        return FileResponse(PAGE / "index.html")

    @app.exception_handler(BundleError)
    def refused(_request: Request, error: BundleError) -> JSONResponse:
        status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), _BAD_INPUT)
        return JSONResponse({"error": str(error), **_current(workspace, error)}, status)

    @app.exception_handler(RequestValidationError)
    def not_understood(_request: Request, error: RequestValidationError) -> JSONResponse:
        fault = error.errors()[0]
        place = field_of(fault["loc"][1:])
        return JSONResponse({"error": f"{place}: {fault['msg']}; correct it and send it again"}, _BAD_INPUT)

    @app.exception_handler(HTTPException)
    def not_there(request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": f"{request.url.path}: {error.detail}"}, error.status_code)

    return app


def _current(workspace: Workspace, error: BundleError) -> dict[str, Any]:
    """What a page needs to show the difference, where somebody else was faster."""
    if not isinstance(error, StaleError):
        return {}
    current = error.current
    if not isinstance(current, Label):
        return {"study": shown_study(workspace, current)}
    film = workspace.films.find(film_id(current.film))
    label = shown_label(current, workspace.store.study.landmarks, workspace.shown.geometry(film))
    return {"label": label}
