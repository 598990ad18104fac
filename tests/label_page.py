# SPDX-License-Identifier: Apache-2.0
"""Small films to be labelled, and what a page of the browser does with the server, by plain HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

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


class Page:
    """A page of a server.

    Args:
        address: Of the server.
    """

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
