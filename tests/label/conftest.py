# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the labelling loop: a folder of small films, and the server that a browser would talk to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import uvicorn
from PIL import Image

from bundle.label.app import make_app
from bundle.label.study import Study
from bundle.label.workspace import Workspace

NAMES = ("left top", "right top", "bottom")
JSON = {"Content-Type": "application/json"}


def write_film(file: Path, seed: int = 0) -> np.ndarray:
    """Write a film of 64 x 56 pixels with three bright spots; returns where they are, `[3, 2]`."""
    rng = np.random.default_rng(seed)
    points = np.array([[20, 18], [44, 18], [32, 40]]) + rng.uniform(-5, 5, 2) + rng.uniform(-2, 2, (3, 2))
    y, x = np.mgrid[:56, :64]
    spots = sum(np.exp(-((x - px) ** 2 + (y - py) ** 2) / 18) for px, py in points)
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.uint8(200 * np.clip(spots + rng.uniform(0, 0.1, spots.shape), 0, 1.2))).save(file)
    return points


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """A folder of eight films."""
    for index in range(8):
        write_film(tmp_path / "films" / f"{index}.png", index)
    return tmp_path / "films"


class Page:
    """What a page of the browser does, by plain HTTP."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, headers=JSON, timeout=60)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self) -> list[str]:
        return [film["id"] for film in self.get("/api/films", limit=100_000)["films"]]

    def label(self, film: str) -> dict[str, Any]:
        return self.get(f"/api/films/{film}")["label"]

    def put(self, film: str, points: Any, revision: int | None = None, **fields: Any) -> httpx.Response:
        """Place points [x, y] or None on a film, on top of its label as it is unless a revision is given."""
        body = {
            "revision": self.label(film)["revision"] if revision is None else revision,
            "landmarks": self.get("/api/study")["landmarks"],
            "points": [point and {"x": float(point[0]), "y": float(point[1])} for point in points],
            "states": ["placed" if point else "unset" for point in points],
            "status": "in_progress",
            "reader": "r1",
            "action": "place",
        }
        return self.http.put(f"/api/films/{film}/label", json=body | fields)


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
