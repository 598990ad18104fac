# SPDX-License-Identifier: Apache-2.0
"""What a node answers to whoever watches it: health, readiness, metrics, and a page to read; nothing can be changed."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jinja2
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

import bundle
from bundle.errors import ConfigurationError
from bundle.serve.condition import Condition
from bundle.serve.configuration import Node
from bundle.serve.figures import read_figures
from bundle.serve.ledger import ANSWERED, GONE, NO_RULE, QUARANTINED, REFUSED
from bundle.serve.measured import Measured
from bundle.serve.metrics import NodeCollector

_UNAVAILABLE = 503
_OUTCOMES = {
    ANSWERED: "answered",
    REFUSED: "refused, with a reason",
    QUARANTINED: "in quarantine",
    NO_RULE: "fit no rule",
    GONE: "removed before they were read",
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_PAGE = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
).get_template("status.html.j2")


def make_status(node: Node, condition: Condition, measured: Measured) -> FastAPI:
    """Make the application.

    Args:
        node: The configuration.
        condition: Of the worker.
        measured: By the worker.
    """
    app = FastAPI(title="landmark node", docs_url=None, redoc_url=None, openapi_url=None)
    measured.registry.register(NodeCollector(node.state, condition))

    @app.get("/health")
    def health() -> JSONResponse:
        alive = condition.is_alive()
        said = "the worker goes round" if alive else "the worker is stuck; restart it, no film is lost"
        return JSONResponse({"alive": alive, "worker": said}, 200 if alive else _UNAVAILABLE)

    @app.get("/ready")
    def ready() -> JSONResponse:
        problems = condition.problems
        return JSONResponse({"ready": not problems, "problems": problems}, _UNAVAILABLE if problems else 200)

    @app.get("/metrics")
    def metrics() -> PlainTextResponse:
        return PlainTextResponse(generate_latest(measured.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/")
    def page() -> HTMLResponse:
        content = _PAGE.render(
            version=bundle.__version__,
            figures=read_figures(node.state),
            problems=condition.problems,
            alive=condition.is_alive(),
            models=node.models,
            outcomes=_OUTCOMES,
        )
        return HTMLResponse(content)

    @app.exception_handler(sqlite3.Error)
    def unreadable(_request: Request, error: sqlite3.Error) -> Response:
        return JSONResponse({"error": f"the ledger cannot be read now ({error}); ask again"}, _UNAVAILABLE)

    @app.middleware("http")
    async def with_headers(request, call_next):  # type: ignore[no-untyped-def]
        answer = await call_next(request)
        answer.headers.update(_HEADERS)
        return answer

    return app


@contextmanager
def served_status(node: Node, app: FastAPI) -> Iterator[str]:
    """Serve the application in a thread of its own, and yield its address.

    Raises:
        ConfigurationError: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in node.status.address else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((node.status.address, node.status.port))
        except OSError as error:
            raise ConfigurationError(
                f"status: {node.status.address} port {node.status.port} cannot be listened on ({error.strerror}); "
                "write another one"
            ) from error
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://{node.status.address}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(5)
