# SPDX-License-Identifier: Apache-2.0
"""The handler by which inference leaves its results, on an engine that yields finished predictions."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from ignite.engine import Engine
from PIL import Image

from bundle.errors import BundleError
from bundle.reports.prediction_writer import PredictionWriter


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    file = tmp_path / "model.pt"
    file.write_bytes(b"any bytes")
    return file


def run(writer: PredictionWriter, records: list[dict[str, Any]]) -> None:
    """Run an engine over batches of two films, decollated as MONAI's postprocessing leaves them."""
    items = [
        {
            "name": record["name"],
            "path": record["image"],
            "pred": torch.from_numpy(record["landmarks"]),
            "spacing": torch.from_numpy(record["spacing"]),
            "spacing_provenance": "dataset.json",
            "size": torch.tensor(record["size"]),
        }
        for record in records
    ]
    engine = Engine(lambda _, batch: [{"pred": item["pred"]} for item in batch])
    writer.attach(engine)
    engine.run([items[start : start + 2] for start in range(0, len(items), 2)])


def test_each_film_leaves_a_json_and_an_overlay_in_its_own_subfolder(
    records: list[dict[str, Any]], names: list[str], weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO):
        run(PredictionWriter(tmp_path / "out", names, "a model", "0.1.0", weights), records[:3])
    left = sorted(file.relative_to(tmp_path / "out").as_posix() for file in (tmp_path / "out").rglob("*.*"))
    assert left == sorted(f"films/film_{index}.png.{suffix}" for index in range(3) for suffix in ("json", "jpg"))
    document = json.loads((tmp_path / "out" / "films" / "film_2.png.json").read_text())
    assert [landmark["name"] for landmark in document["landmarks"]] == names
    assert [[landmark["x"], landmark["y"]] for landmark in document["landmarks"]] == records[2]["landmarks"].tolist()
    assert document["size"] == [120, 90]
    assert document["spacing"] == [0.5, 0.5]
    assert document["spacing_provenance"] == "dataset.json"
    assert document["model"] == {
        "name": "a model",
        "version": "0.1.0",
        "weights_sha256": hashlib.sha256(b"any bytes").hexdigest(),
    }
    assert f"3 films written to {tmp_path / 'out'}" in caplog.text


def test_overlay_shows_the_prediction_alone(
    records: list[dict[str, Any]], names: list[str], weights: Path, tmp_path: Path
):
    run(PredictionWriter(tmp_path / "out", names, "a model", "0.1.0", weights), records[:1])
    with Image.open(tmp_path / "out" / "films" / "film_0.png.jpg") as overlay:
        colours = np.asarray(overlay.convert("RGB")).astype(int)
    red, green, _ = np.moveaxis(colours, -1, 0)
    assert ((red > 180) & (green < 110)).any()
    assert not ((green > 180) & (red < 110)).any()


def test_films_of_one_stem_do_not_overwrite_each_other(
    records: list[dict[str, Any]], names: list[str], weights: Path, tmp_path: Path
):
    Image.open(records[0]["image"]).save(tmp_path / "film_0.tiff")
    twins = [records[0], {**records[0], "name": "films/film_0.tiff", "image": str(tmp_path / "film_0.tiff")}]
    run(PredictionWriter(tmp_path / "out", names, "a model", "0.1.0", weights), twins)
    assert len(list((tmp_path / "out" / "films").glob("*.json"))) == 2


def test_unknown_spacing_stays_unknown(records: list[dict[str, Any]], names: list[str], weights: Path, tmp_path: Path):
    unknown = {**records[0], "spacing": np.full(2, np.nan, dtype=np.float32)}
    run(PredictionWriter(tmp_path / "out", names, "a model", "0.1.0", weights), [unknown])
    document = json.loads((tmp_path / "out" / "films" / "film_0.png.json").read_text())
    assert document["spacing"] is None
    assert all(landmark["x_mm"] is None for landmark in document["landmarks"])


def test_folder_that_cannot_be_written_to_is_named(
    records: list[dict[str, Any]], names: list[str], weights: Path, tmp_path: Path
):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(BundleError, match=r"film_0\.png\.json: cannot be written"):
        run(PredictionWriter(tmp_path / "file" / "out", names, "a model", "0.1.0", weights), records[:1])
