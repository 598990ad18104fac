# SPDX-License-Identifier: Apache-2.0
"""The handler by which inference leaves its results, on an engine that yields finished predictions."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from ignite.engine import Engine
from PIL import Image

from bundle.errors import BundleError, RadiographError
from bundle.files import sha256_of
from bundle.outputs.prediction_writer import PredictionWriter


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    file = tmp_path / "model.pt"
    file.write_bytes(b"any bytes")
    return file


def writer(out_dir: Path, names: list[str], weights: Path, *outputs: str) -> PredictionWriter:
    return PredictionWriter(
        out_dir, names, outputs or ("json", "overlay"), "a model", "0.1.0", weights, sha256_of(weights)
    )


def run(writer: PredictionWriter, records: list[dict[str, Any]]) -> None:
    """Run an engine over batches of two films, decollated as MONAI's postprocessing leaves them."""
    items = [
        {
            "name": record["name"],
            "path": record["image"],
            "pred": torch.from_numpy(record["landmarks"]),
            "spacing": torch.from_numpy(record["spacing"]),
            "spacing_provenance": "dataset.json",
            "warnings": record.get("warnings", ""),
            "size": torch.tensor(record["size"]),
            "upright": torch.from_numpy(record["upright"]),
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
        run(writer(tmp_path / "out", names, weights), records[:3])
    left = sorted(file.relative_to(tmp_path / "out").as_posix() for file in (tmp_path / "out").rglob("*.*"))
    assert left == sorted(f"films/film_{index}.png.{suffix}" for index in range(3) for suffix in ("json", "png"))
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
        "calibration_sha256": None,
        "measurements_sha256": None,
    }
    assert f"3 films written to {tmp_path / 'out'}" in caplog.text


def test_overlay_shows_the_prediction_alone(
    records: list[dict[str, Any]], names: list[str], weights: Path, tmp_path: Path
):
    run(writer(tmp_path / "out", names, weights), records[:1])
    with Image.open(tmp_path / "out" / "films" / "film_0.png.png") as overlay:
        colours = np.asarray(overlay.convert("RGB")).astype(int)
    red, green, _ = np.moveaxis(colours, -1, 0)
    assert ((red > 180) & (green < 110)).any()
    assert not ((green > 180) & (red < 110)).any()


def test_films_of_one_stem_do_not_overwrite_each_other(
    records: list[dict[str, Any]], names: list[str], weights: Path, tmp_path: Path
):
    Image.open(records[0]["image"]).save(tmp_path / "film_0.tiff")
    twins = [records[0], {**records[0], "name": "films/film_0.tiff", "image": str(tmp_path / "film_0.tiff")}]
    run(writer(tmp_path / "out", names, weights), twins)
    assert len(list((tmp_path / "out" / "films").glob("*.json"))) == 2


def test_unknown_spacing_stays_unknown(records: list[dict[str, Any]], names: list[str], weights: Path, tmp_path: Path):
    unknown = {**records[0], "spacing": np.full(2, np.nan, dtype=np.float32)}
    run(writer(tmp_path / "out", names, weights), [unknown])
    document = json.loads((tmp_path / "out" / "films" / "film_0.png.json").read_text())
    assert document["spacing"] is None
    assert all(landmark["x_mm"] is None for landmark in document["landmarks"])


def test_an_output_that_a_film_cannot_have_is_logged_and_the_others_are_written(
    records: list[dict[str, Any]], names: list[str], weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    refusing = writer(tmp_path / "out", names, weights, "dicom_sr", "dicom_gsps", "json")
    run(refusing, records[:2])
    assert len(list((tmp_path / "out").rglob("*.json"))) == 2
    reasons = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(reasons) == 2  # one a film, whatever the number of outputs
    assert "film_0.png: is no DICOM file, and a DICOM result has to refer to one" in reasons[0]
    assert reasons[0].endswith("(not written: dicom_sr, dicom_gsps)")
    sentence = r"^4 outputs could not be written: films/film_0\.png \(dicom_sr\), .*all others are done"
    with pytest.raises(RadiographError, match=sentence):
        refusing.require_complete([])
    with pytest.raises(RadiographError, match=r"^1 of 3 films could not be read: b\.png; 4 outputs could not"):
        refusing.require_complete(["b.png"])


def test_a_second_run_counts_anew(records: list[dict[str, Any]], names: list[str], weights: Path, tmp_path: Path):
    twice = writer(tmp_path / "out", names, weights, "dicom_sr", "csv")
    run(twice, records[:1])
    table = (tmp_path / "out" / "predictions.csv").read_text()
    run(twice, records[:1])
    assert twice.refused == ["films/film_0.png (dicom_sr)"]
    assert (tmp_path / "out" / "predictions.csv").read_text() == table


def test_what_could_be_written_is_no_error(
    records: list[dict[str, Any]], names: list[str], weights: Path, tmp_path: Path
):
    good = writer(tmp_path / "out", names, weights)
    run(good, records[:1])
    good.require_complete([])


def test_what_the_reader_warned_of_comes_first(
    records: list[dict[str, Any]], names: list[str], weights: Path, tmp_path: Path
):
    records[0]["warnings"] = "one thing\nanother thing"
    run(writer(tmp_path / "out", names, weights, "json"), records[:2])
    first, second = (
        json.loads((tmp_path / "out" / "films" / f"film_{index}.png.json").read_text()) for index in range(2)
    )
    assert first["warnings"] == ["one thing", "another thing"]
    assert second["warnings"] == []


def test_warnings_are_logged_and_kept(
    write_film: Callable[..., Path],
    records: list[dict[str, Any]],
    names: list[str],
    weights: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
):
    film = write_film(BurnedInAnnotation="YES")
    landmarks = np.array([[-1, 20], [np.nan, np.nan], [30, 90]], dtype=np.float32)
    run(
        writer(tmp_path / "out", names, weights, "json"),
        [{**records[0], "name": "film.dcm", "image": str(film), "size": (80, 48), "landmarks": landmarks}],
    )
    burned, outside = json.loads((tmp_path / "out" / "film.dcm.json").read_text())["warnings"]
    assert burned.startswith("BurnedInAnnotation is YES")
    assert outside == "outside the film, and so in no DICOM output: left hip, symphysis, pubic"
    logged = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert logged == [f"film.dcm: {burned}", f"film.dcm: {outside}"]


def test_folder_that_cannot_be_written_to_is_named(
    records: list[dict[str, Any]], names: list[str], weights: Path, tmp_path: Path
):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(BundleError, match=r"film_0\.png\.json: cannot be written"):
        run(writer(tmp_path / "file" / "out", names, weights), records[:1])
