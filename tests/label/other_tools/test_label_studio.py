# SPDX-License-Identifier: Apache-2.0
"""The backend for Label Studio, by what Label Studio sends; its points come back through the importer of its export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from bundle import load_predictor
from bundle.importers.label_studio import read_label_studio
from bundle.label.other_tools.label_studio import main, make_app
from label_page import NAMES, write_film

LABELS = "".join(f'<Label value="{name}"/>' for name in NAMES[:2])
POINTS = f'<KeyPointLabels name="kp" toName="film">{LABELS}</KeyPointLabels>'
CONFIG = f'<View><Image name="film" value="$picture"/>{POINTS}</View>'


@pytest.fixture
def asked(films: Path, stage1: Path) -> Any:
    """Ask for predictions: `asked(reference, ...)` gives the answer."""
    write_film(films / "upright.png", 5)
    with Image.open(films / "upright.png") as upright:
        exif = Image.Exif()
        exif[0x0112] = 6
        upright.transpose(Image.Transpose.ROTATE_90).save(films / "turned.jpg", exif=exif, quality=95)
    client = TestClient(make_app(load_predictor(stage1), films), base_url="http://127.0.0.1")

    def ask(*references: str, config: str = CONFIG) -> Any:
        tasks = [{"id": number, "data": {"picture": each}} for number, each in enumerate(references)]
        body = {"tasks": tasks, "project": "1.1700000000", "label_config": config, "params": {"context": None}}
        return client.post("/predict", json=body)

    ask.client = client  # type: ignore[attr-defined]
    return ask


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("/data/upload/1/0a1b2c3d-1.png", "1.png"),
        ("/data/local-files/?d=films/2.png", "2.png"),
        ("http://127.0.0.1:8081/turned.jpg", "turned.jpg"),
    ],
)
def test_points_come_back_through_the_importer(asked, films: Path, stage1: Path, tmp_path: Path, reference, name):
    (answer,) = asked(reference).json()["results"]
    export = [{"id": 0, "data": {"picture": reference}, "annotations": [{"result": answer["result"]}]}]
    (tmp_path / "export.json").write_text(json.dumps(export))
    read = read_label_studio(tmp_path / "export.json", films, None)
    assert read.landmarks == NAMES[:2], "the interface knows no third"
    found = load_predictor(stage1)(films / name)
    points = np.array(read.films[0].landmarks)
    width, height = (56, 64) if name == "turned.jpg" else (64, 56)
    size = answer["result"][0]["original_width"], answer["result"][0]["original_height"]
    assert size == (64, 56), "as a browser shows it"
    shown = found.landmarks @ found.upright[:2, :2].T + found.upright[:2, 2]
    assert found.size == (width, height)
    np.testing.assert_allclose(points, shown[:2], atol=1e-3)


def test_one_bad_task_costs_no_other(asked, films: Path):
    Image.new("L", (8, 8)).save(films / "black.png")
    none, black, good = asked("/data/upload/1/none.png", "black.png", "1.png").json()["results"]
    assert (none["result"], black["result"], len(good["result"])) == ([], [], 2)
    assert "no image named" in none["error"] and "black.png" in black["error"]


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("<View>", "label_config: is no XML"),
        ('<View><Image name="i" value="$i"/></View>', "has no KeyPointLabels on an Image"),
        (CONFIG.replace(NAMES[0], "x").replace(NAMES[1], "y"), "has none of the model's landmarks"),
    ],
)
def test_an_interface_that_does_not_fit_is_refused(asked, config, sentence):
    answer = asked("1.png", config=config)
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]


def test_label_studio_can_connect_and_no_page_of_another_site(asked):
    client = asked.client
    assert client.get("/health").json()["status"] == "UP"
    version = client.post("/setup", json={"project": "1", "schema": CONFIG, "hostname": "", "access_token": ""}).json()
    assert version == {"model_version": client.get("/health").json()["model_version"]}
    assert client.post("/webhook", json={"action": "ANNOTATION_CREATED"}).status_code == 201
    assert client.post("/predict", headers={"Origin": "https://evil.example"}, json={}).status_code == 403


def test_a_folder_or_model_that_is_not_there_is_a_sentence(tmp_path: Path, stage1: Path, capsys):
    assert main([str(tmp_path / "none"), str(tmp_path)]) == 2
    assert main([str(stage1), str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.count("error: ") == 2
