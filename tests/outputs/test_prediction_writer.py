# SPDX-License-Identifier: Apache-2.0
"""The handler by which inference leaves its results, on an engine that yields finished predictions."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from ignite.engine import Engine
from PIL import Image

from bundle.errors import BundleError, RadiographError, StorageError
from bundle.files import sha256_of
from bundle.films.slicer_geometry import slicer_geometry
from bundle.outputs.prediction_writer import PredictionWriter
from bundle.results.film_result import FilmResult, Model
from bundle.results.recorder import Recorder


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    file = tmp_path / "model.pt"
    file.write_bytes(b"any bytes")
    return file


def writer(out_dir: Path, names: list[str], weights: Path, *outputs: str) -> PredictionWriter:
    recorder = Recorder(names, Model("a model", "0.1.0", sha256_of(weights)))
    return PredictionWriter(out_dir, recorder, outputs or ("json", "overlay"))


def run(writer: PredictionWriter, results: list[FilmResult]) -> None:
    """Run an engine over batches of two films, decollated as MONAI's postprocessing leaves them."""
    items = [
        {
            "name": result.name,
            "path": str(result.image),
            "pred": torch.from_numpy(result.landmarks),
            "spacing": torch.from_numpy(result.spacing),
            "spacing_provenance": "dataset.json",
            "warnings": "\n".join(result.warnings),
            "size": torch.tensor(result.size),
            "upright": torch.from_numpy(result.upright),
        }
        for result in results
    ]
    engine = Engine(lambda _, batch: [{"pred": item["pred"]} for item in batch])
    writer.attach(engine)
    engine.run([items[start : start + 2] for start in range(0, len(items), 2)])


def test_each_film_leaves_a_json_and_an_overlay_in_its_own_subfolder(
    results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO):
        run(writer(tmp_path / "out", names, weights), results[:3])
    left = sorted(file.relative_to(tmp_path / "out").as_posix() for file in (tmp_path / "out" / "films").iterdir())
    assert left == sorted(f"films/film_{index}.png.{suffix}" for index in range(3) for suffix in ("json", "png"))
    document = json.loads((tmp_path / "out" / "films" / "film_2.png.json").read_text())
    assert [landmark["name"] for landmark in document["landmarks"]] == names
    assert [[landmark["x"], landmark["y"]] for landmark in document["landmarks"]] == results[2].landmarks.tolist()
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


def test_overlay_shows_the_prediction_alone(results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path):
    run(writer(tmp_path / "out", names, weights), results[:1])
    with Image.open(tmp_path / "out" / "films" / "film_0.png.png") as overlay:
        colours = np.asarray(overlay.convert("RGB")).astype(int)
    red, green, _ = np.moveaxis(colours, -1, 0)
    assert ((red > 180) & (green < 110)).any()
    assert not ((green > 180) & (red < 110)).any()


def test_films_of_one_stem_do_not_overwrite_each_other(
    results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path
):
    Image.open(results[0].image).save(tmp_path / "film_0.tiff")
    twins = [results[0], replace(results[0], name="films/film_0.tiff", image=tmp_path / "film_0.tiff")]
    run(writer(tmp_path / "out", names, weights), twins)
    assert len(list((tmp_path / "out" / "films").glob("*.json"))) == 2


def test_unknown_spacing_stays_unknown(results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path):
    unknown = replace(results[0], spacing=np.full(2, np.nan, dtype=np.float32))
    run(writer(tmp_path / "out", names, weights), [unknown])
    document = json.loads((tmp_path / "out" / "films" / "film_0.png.json").read_text())
    assert document["spacing"] is None
    assert all(landmark["x_mm"] is None for landmark in document["landmarks"])


def test_an_output_that_a_film_cannot_have_is_logged_and_the_others_are_written(
    results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    refusing = writer(tmp_path / "out", names, weights, "dicom_sr", "dicom_gsps", "json")
    run(refusing, results[:2])
    assert len(list((tmp_path / "out").rglob("*.json"))) == 2
    reasons = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(reasons) == 2  # one a film, whatever the number of outputs
    assert "film_0.png: is no DICOM file, and a DICOM result has to refer to one" in reasons[0]
    assert reasons[0].endswith("(not written: dicom_gsps, dicom_sr)")
    sentence = r"^4 outputs could not be written: films/film_0\.png \(dicom_gsps\), .*all others are done"
    with pytest.raises(RadiographError, match=sentence):
        refusing.require_complete([])
    with pytest.raises(RadiographError, match=r"^1 of 3 films could not be read: b\.png; 4 outputs could not"):
        refusing.require_complete(["b.png"])


def test_a_second_run_counts_anew(results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path):
    twice = writer(tmp_path / "out", names, weights, "dicom_sr", "csv")
    run(twice, results[:1])
    table = (tmp_path / "out" / "predictions.csv").read_text()
    run(twice, results[:1])
    assert twice.refused == ["films/film_0.png (dicom_sr)"]
    assert (tmp_path / "out" / "predictions.csv").read_text() == table


def test_what_could_be_written_is_no_error(results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path):
    good = writer(tmp_path / "out", names, weights)
    run(good, results[:1])
    good.require_complete([])


def test_what_the_reader_warned_of_comes_first(
    results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path
):
    results[0] = replace(results[0], warnings=("one thing", "another thing"))
    run(writer(tmp_path / "out", names, weights, "json"), results[:2])
    first, second = (
        json.loads((tmp_path / "out" / "films" / f"film_{index}.png.json").read_text()) for index in range(2)
    )
    assert first["warnings"] == ["one thing", "another thing"]
    assert second["warnings"] == []


def test_warnings_are_logged_and_kept(
    write_film: Callable[..., Path],
    results: list[FilmResult],
    names: list[str],
    weights: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
):
    film = write_film(BurnedInAnnotation="YES")
    landmarks = np.array([[-1, 20], [np.nan, np.nan], [30, 90]], dtype=np.float32)
    run(
        writer(tmp_path / "out", names, weights, "json"),
        [replace(results[0], name="film.dcm", image=film, size=(80, 48), landmarks=landmarks)],
    )
    burned, outside = json.loads((tmp_path / "out" / "film.dcm.json").read_text())["warnings"]
    assert burned.startswith("BurnedInAnnotation is YES")
    assert outside == "outside the film, and so in no DICOM output: left hip, symphysis, pubic"
    logged = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert logged == [f"film.dcm: {burned}", f"film.dcm: {outside}"]


def test_folder_that_cannot_be_written_to_is_named(
    results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    (tmp_path / "file").write_text("not a folder")
    nowhere = writer(tmp_path / "file" / "out", names, weights, "json")
    run(nowhere, results[:1])
    assert "cannot be written (Not a directory)" in caplog.text
    with pytest.raises(RadiographError, match=r"1 outputs could not be written: films/film_0\.png \(json\)"):
        nowhere.require_complete([])


def test_a_run_takes_away_what_the_one_before_left(
    results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path
):
    out = tmp_path / "out"
    run(writer(out, names, weights, "json", "csv", "overlay"), results[:3])
    (out / "notes.txt").write_text("a person's")
    run(writer(out, names, weights, "json"), results[1:2])
    assert {file.relative_to(out).as_posix() for file in out.rglob("*.*") if not file.name.startswith(".")} == {
        "films/film_1.png.json",
        "notes.txt",
    }


def test_a_result_that_a_person_corrected_is_kept(
    results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path
):
    run(writer(tmp_path / "out", names, weights, "slicer"), results[:2])
    corrected = tmp_path / "out" / "films" / "film_0.png.mrk.json"
    corrected.write_text("corrected")
    with pytest.raises(BundleError, match=r"film_0\.png\.mrk\.json: was changed"):
        run(writer(tmp_path / "out", names, weights, "slicer"), results[:2])
    assert corrected.read_text() == "corrected"


def test_a_file_that_no_inference_wrote_is_not_replaced(
    results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    (tmp_path / "out" / "films").mkdir(parents=True)
    (tmp_path / "out" / "films" / "film_0.png.json").write_text("annotations")
    run(writer(tmp_path / "out", names, weights, "json"), results[:2])
    assert (tmp_path / "out" / "films" / "film_0.png.json").read_text() == "annotations"
    assert (tmp_path / "out" / "films" / "film_1.png.json").is_file()
    assert "film_0.png.json is there already, and no inference is known to have written it" in caplog.text


@pytest.mark.parametrize("error", [RuntimeError("gdcmAttribute.h DOE^JANE"), MemoryError(), KeyError("a"), OSError()])
def test_whatever_an_output_raises_is_its_films_refusal(
    results: list[FilmResult],
    names: list[str],
    weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
):
    def throw(image: Path) -> None:
        if image.name == "film_0.png":
            raise error
        return slicer_geometry(image)

    monkeypatch.setattr("bundle.outputs.slicer_markups.slicer_geometry", throw)
    throwing = writer(tmp_path / "out", names, weights, "slicer", "json")
    run(throwing, results[:2])
    assert throwing.refused == ["films/film_0.png (slicer)"]
    assert len(list((tmp_path / "out").rglob("*.mrk.json"))) == 1
    assert len(list((tmp_path / "out").rglob("*.png.json"))) == 2
    assert "(not written: slicer)" in caplog.text and "DOE" not in caplog.text


def test_a_full_disk_ends_the_run(
    results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise StorageError("disk full")

    monkeypatch.setattr("bundle.outputs.prediction_json.write_text", full)
    with pytest.raises(StorageError, match="disk full"):
        run(writer(tmp_path / "out", names, weights, "json"), results[:2])


def test_a_film_without_any_answer_is_named(
    results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    results[0].landmarks[:] = np.nan
    unanswered = writer(tmp_path / "out", names, weights, "json")
    run(unanswered, results[:2])
    assert len(list((tmp_path / "out").rglob("*.png.json"))) == 1
    assert "films/film_0.png: the network finds no landmark on it" in caplog.text
    with pytest.raises(RadiographError, match=r"1 of 2 films could not be read: films/film_0\.png"):
        unanswered.require_complete([])


@pytest.mark.parametrize(("length", "written"), [(239, 2), (248, 1), (255, 0)])
def test_a_long_name_costs_a_film_the_outputs_that_cannot_have_one(
    results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path, length: int, written: int
):
    long = replace(results[0], name="m" * length)
    longest = writer(tmp_path / "out", names, weights, "json", "slicer")
    run(longest, [long, results[1]])
    assert len([file for file in (tmp_path / "out").iterdir() if file.name.startswith("m")]) == written
    assert len(list((tmp_path / "out" / "films").iterdir())) == 2
    assert len(longest.refused) == 2 - written


def test_results_are_for_their_owner_alone(results: list[FilmResult], names: list[str], weights: Path, tmp_path: Path):
    run(writer(tmp_path / "out", names, weights, "json", "csv", "overlay", "slicer"), results[:1])
    left = [tmp_path / "out", *(tmp_path / "out").rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in left} == {0}
