# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the labelling loop: a folder of small films, and the server that a page talks to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn

from bundle.label.app import make_app
from bundle.label.study import Study
from bundle.label.workspace import Workspace
from label_page import NAMES, Page, write_film


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """A folder of eight films."""
    for index in range(8):
        write_film(tmp_path / "films" / f"{index}.png", index)
    return tmp_path / "films"


@pytest.fixture
def serve() -> Iterator[Callable[[Workspace], Page]]:
    """Serve a workspace on a port of its own: `serve(workspace)` gives a page that talks to it."""
    servers: list[tuple[uvicorn.Server, threading.Thread, Workspace]] = []

    def start(workspace: Workspace) -> Page:
        server = uvicorn.Server(uvicorn.Config(make_app(workspace), port=0, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            assert thread.is_alive()
        servers.append((server, thread, workspace))
        return Page(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")

    yield start
    for server, thread, workspace in servers:
        server.should_exit = True
        thread.join()
        workspace.close()


@pytest.fixture
def workspace(films: Path, tmp_path: Path) -> Workspace:
    """The films with a study of three landmarks."""
    return Workspace(films, tmp_path / "study", Study(name="triangles", landmarks=NAMES), "r0")


@pytest.fixture
def page(workspace: Workspace, serve: Callable[[Workspace], Page]) -> Page:
    """A page that talks to a server of `workspace`."""
    return serve(workspace)
