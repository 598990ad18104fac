# SPDX-License-Identifier: Apache-2.0
"""MONAI Label's endpoints beside those of the page, in one server."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, File, Request, UploadFile
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from monailabel.config import settings
from monailabel.endpoints import activelearning, datastore, infer, info, login
from monailabel.interfaces.exception import MONAILabelException
from monailabel.interfaces.utils import app as instances

from bundle.errors import ConfigurationError, DatasetError
from bundle.label.app import make_app as make_page
from bundle.label.monailabel.app import LandmarkApp
from bundle.label.monailabel.task_routes import look_routes, train_routes
from bundle.label.workspace import Workspace


def make_app(workspace: Workspace) -> FastAPI:
    """Make the application of a workspace: the page, its API, and MONAI Label's.

    Of MONAI Label's endpoints those are left out that have no use here: its log, its proxy to a DICOMweb server, its
    copy of OHIF, whole-slide images, sessions, and the upload of weights.
    """
    settings.MONAI_LABEL_SESSIONS = False  # films come from the folder alone
    settings.MONAI_LABEL_AUTO_UPDATE_SCORING = False  # it would be a process of its own
    settings.MONAI_LABEL_APP_DIR, settings.MONAI_LABEL_STUDIES = "", str(workspace.films.folder)
    label = LandmarkApp(workspace)
    instances.apps[settings.MONAI_LABEL_STUDIES] = label  # where MONAI Label's endpoints look for it

    def film_is_known(image: str = "", file: Annotated[UploadFile | None, File()] = None) -> None:
        if file is not None:
            raise ConfigurationError("films are not uploaded; put the film into the folder, and start again")
        workspace.films.find(image)

    routes = APIRouter()
    for endpoints in (info, login, activelearning, datastore):
        _add(routes, endpoints.router)
    _add(routes, infer.router, Depends(film_is_known))
    routes.include_router(train_routes(workspace, label.train))
    routes.include_router(look_routes(label.score.looking, "/scoring", label.start_scoring))
    routes.include_router(look_routes(label.many_films.looking, "/batch/infer", label.start_batch))
    app = make_page(workspace, routes)

    @app.exception_handler(MONAILabelException)
    def refused(_request: Request, error: MONAILabelException) -> JSONResponse:
        return JSONResponse({"error": error.msg}, 404)

    return app


def _add(routes: APIRouter, endpoints: APIRouter, *dependencies: Any) -> None:
    """Add endpoints so that each request has a thread: as they are, one that takes long would hold up all others."""
    for route in endpoints.routes:
        if isinstance(route, APIRoute):
            routes.add_api_route(
                route.path, _in_a_thread(route.endpoint), methods=list(route.methods or ()), dependencies=dependencies
            )


def _in_a_thread(endpoint: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return asyncio.run(endpoint(*arguments, **named))
        except Exception as error:
            if (left := named.get("background_tasks")) is not None:
                asyncio.run(left())  # temporary files, which are removed after an answer alone
            if isinstance(error, json.JSONDecodeError):
                raise DatasetError(f"params: is no JSON ({error}); correct it and send it again") from error
            raise

    call.__signature__ = inspect.signature(endpoint)  # type: ignore[attr-defined]
    return call
