# SPDX-License-Identifier: Apache-2.0
"""For the Python console of 3D Slicer: loads the points of a film from the labelling server, and saves them.

>>> exec(open("slicer_points.py").read())
>>> load_points()
>>> save_points("Ann")

It needs nothing but Slicer. The film is opened in Slicer from the folder that the server was started with.
"""

from __future__ import annotations

import json
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import slicer

SERVER = "http://127.0.0.1:8000"


def load_points(server: str = SERVER) -> Any:
    """Load the label of the film on screen, or what the model proposes; returns the point list."""
    film = _film(server)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "points.mrk.json"
        file.write_bytes(_asked(server, "GET", f"/api/films/{film['id']}/markups"))
        return slicer.util.loadMarkups(str(file))


def save_points(reader: str, server: str = SERVER, points: Any = None) -> dict[str, Any]:
    """Make a point list the label of the film on screen.

    Args:
        reader: Who placed the points.
        server: The address that the server printed.
        points: The list; by default the only one in the scene.

    Returns:
        Its revision and status, and the landmarks that are still undecided.
    """
    lists = slicer.util.getNodesByClass("vtkMRMLMarkupsFiducialNode") if points is None else [points]
    if len(lists) != 1:
        raise ValueError(f"there are {len(lists)} point lists; say which one: save_points(reader, points=...)")
    film = _film(server)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "points.mrk.json"
        slicer.util.saveNode(lists[0], str(file))
        path = f"/api/films/{film['id']}/markups?{urllib.parse.urlencode({'reader': reader})}"
        return json.loads(_asked(server, "PUT", path, file.read_bytes()))


def _film(server: str) -> dict[str, Any]:
    """The film on screen, as the server knows it by its file."""
    layer = slicer.app.layoutManager().sliceWidget("Red").sliceLogic().GetBackgroundLayer()
    volume = layer.GetVolumeNode()
    if volume is None:
        raise ValueError("no film is on screen; open one from the folder of the server")
    uids = (volume.GetAttribute("DICOM.instanceUIDs") or "").split()
    storage = volume.GetStorageNode()
    file = slicer.dicomDatabase.fileForInstance(uids[0]) if uids else storage and storage.GetFullNameFromFileName()
    if not file:
        raise ValueError("the film on screen has no file; open one from the folder of the server")
    return json.loads(_asked(server, "GET", f"/api/film?{urllib.parse.urlencode({'file': file})}"))


def _asked(server: str, method: str, path: str, body: bytes | None = None) -> bytes:
    """What the server answers; where it refuses, its sentence is the error."""
    request = urllib.request.Request(
        server.rstrip("/") + path, body, {"Content-Type": "application/json"}, method=method
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        raise ValueError(json.loads(error.read())["error"]) from None
