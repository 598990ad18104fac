# SPDX-License-Identifier: Apache-2.0
"""The script for 3D Slicer against a real server; Slicer itself stands in, as its functions are documented."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import bundle.label
from bundle.label.film_list import film_id
from bundle.outputs.slicer_markups import ListedPoint, point_list
from label_page import NAMES, write_film

SCRIPT = Path(bundle.label.__file__).parent / "other_tools" / "slicer_points.py"
POINTS = [(20.0, 18.0), (44.5, 18.25), (32.0, 40.0)]


@pytest.fixture
def slicer(films: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What stands in for Slicer: a film on screen, and the point lists of its scene, each the content of a file."""
    volume = SimpleNamespace(
        file=films / "1.png",
        GetAttribute=lambda name: None,
        GetStorageNode=lambda: SimpleNamespace(GetFullNameFromFileName=lambda: str(volume.file)),
    )
    layer = SimpleNamespace(GetVolumeNode=lambda: volume)
    view = SimpleNamespace(sliceLogic=lambda: SimpleNamespace(GetBackgroundLayer=lambda: layer))
    lists: list[Any] = []
    util = SimpleNamespace(
        getNodesByClass=lambda name: lists,
        saveNode=lambda node, file: Path(file).write_text(json.dumps(node)),
        loadMarkups=lambda file: json.loads(Path(file).read_text()),
    )
    app = SimpleNamespace(layoutManager=lambda: SimpleNamespace(sliceWidget=lambda name: view))
    fake = SimpleNamespace(util=util, app=app, volume=volume, lists=lists)
    monkeypatch.setitem(sys.modules, "slicer", fake)
    return fake


def test_a_point_list_is_saved_and_loaded(slicer, page, films: Path):
    script, server = runpy.run_path(str(SCRIPT)), str(page.http.base_url)
    points = [ListedPoint(name, point) for name, point in zip(NAMES, POINTS, strict=True)]
    slicer.lists.append(point_list(films / "1.png", points))
    assert script["save_points"]("Ann", server) == {"revision": 1, "status": "labelled", "undecided": []}
    assert page.label(film_id("1.png"))["reader"] == "Ann"
    positions = [each["position"][:2] for each in script["load_points"](server)["markups"][0]["controlPoints"]]
    assert positions == [list(point) for point in POINTS]


def test_the_wrong_film_and_no_list_are_refused(slicer, page, tmp_path: Path):
    script, server = runpy.run_path(str(SCRIPT)), str(page.http.base_url)
    with pytest.raises(ValueError, match="there are 0 point lists"):
        script["save_points"]("Ann", server)
    slicer.lists.append({"markups": []})
    with pytest.raises(ValueError, match="holds no point that is placed"):
        script["save_points"]("Ann", server)
    write_film(tmp_path / "other" / "1.png")
    slicer.volume.file = tmp_path / "other" / "1.png"
    with pytest.raises(ValueError, match="is no film of the folder"):
        script["save_points"]("Ann", server)
