# SPDX-License-Identifier: Apache-2.0
"""Inference as `inference.json` does it: which films, which coordinates, and what of films that cannot be read."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
import torch
from monai.bundle import ConfigWorkflow
from PIL import Image
from pydicom import Dataset, FileMetaDataset, uid

from bundle.coordinates import from_scoord
from bundle.data.importers.slicer import read_slicer
from bundle.errors import CheckpointError, ConfigurationError, RadiographError, bundle_error

SIDE = 32
"""Of the square that the network sees."""

Apply = Callable[..., ConfigWorkflow]
Predicted = Callable[[str], dict[str, Any]]


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """An empty folder for films."""
    folder = tmp_path / "films"
    folder.mkdir()
    return folder


def picture(file: Path, width: int = 40, height: int = 56) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    grey = np.random.default_rng(0).integers(0, 255, (height, width)).astype(np.uint8)
    Image.fromarray(grey).save(file)
    return file


def dicom(file: Path, width: int = 48, height: int = 24, **elements: Any) -> Path:
    """Write a film; an element that is None is left out."""
    film = Dataset()
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    film.SOPClassUID = film.file_meta.MediaStorageSOPClassUID = uid.DigitalXRayImageStorageForPresentation
    film.SOPInstanceUID = film.file_meta.MediaStorageSOPInstanceUID = uid.generate_uid()
    film.Modality, film.PatientName = "DX", "Doe^Jane"
    film.StudyInstanceUID, film.SeriesInstanceUID = uid.generate_uid(), uid.generate_uid()
    film.PixelSpacing = [0.2, 0.25]  # of rows, then of columns
    film.set_pixel_data(np.arange(width * height, dtype=np.uint16).reshape(height, width), "MONOCHROME2", 12)
    for keyword, value in elements.items():
        setattr(film, keyword, value)
        if value is None:
            delattr(film, keyword)
    file.parent.mkdir(parents=True, exist_ok=True)
    film.save_as(file, enforce_file_format=True)
    return file


def on_film(shape: np.ndarray, width: int, height: int) -> np.ndarray:
    """Points [K, 2] of the unit square in pixels of a film whose shorter side was padded, computed by hand."""
    scale = SIDE / max(width, height)
    inner = np.array([round(width * scale), round(height * scale)])
    before = (SIDE - inner) // 2
    return (shape * (SIDE - 1) - before + 0.5) * np.array([width, height]) / inner - 0.5


def points(document: dict[str, Any], x: str = "x", y: str = "y") -> np.ndarray:
    return np.array([[landmark[x], landmark[y]] for landmark in document["landmarks"]])


@pytest.mark.parametrize(("width", "height"), [(64, 64), (64, 32), (24, 96), (57, 41), (20, 30)])
def test_landmarks_are_pixels_of_the_stored_film(
    apply: Apply, predicted: Predicted, mean_shape: Path, films: Path, width: int, height: int
):
    """The untrained network answers with its mean shape, so the right answer is known for films of any shape."""
    apply(dataset_dir=str(picture(films / "film.png", width, height)), checkpoint=str(mean_shape)).run()
    document = predicted("film.png")
    shape = torch.load(mean_shape, weights_only=True)["mean_shape"].numpy().astype(np.float64)
    assert document["size"] == [width, height]
    assert points(document) == pytest.approx(on_film(shape, width, height), abs=2e-3)


def test_result_of_a_dicom_film(apply: Apply, predicted: Predicted, mean_shape: Path, films: Path):
    apply(dataset_dir=str(dicom(films / "film.dcm")), checkpoint=str(mean_shape)).run()
    document = predicted("film.dcm")
    assert [landmark["name"] for landmark in document["landmarks"]] == ["left top", "right top", "bottom"]
    assert document["size"] == [48, 24]
    assert document["spacing"] == pytest.approx([0.25, 0.2])
    assert document["spacing_provenance"].startswith("PixelSpacing")
    assert points(document, "x_mm", "y_mm") == pytest.approx(points(document) * [0.25, 0.2], abs=1e-3)
    assert document["model"] == {
        "name": "few-shot DAG, stage 1: mean shape alone",
        "version": "0.1.0",
        "weights_sha256": hashlib.sha256(mean_shape.read_bytes()).hexdigest(),
        "calibration_sha256": None,
        "measurements_sha256": None,
    }
    assert "Doe" not in str(document)


def test_folder_keeps_its_subfolders(apply: Apply, predicted: Predicted, mean_shape: Path, films: Path, tmp_path: Path):
    picture(films / "a.png"), picture(films / "day 1" / "a.png"), dicom(films / "day 1" / "left" / "IM0001")
    (films / "notes.txt").write_text("no film")
    apply(dataset_dir=str(films), checkpoint=str(mean_shape), batch_size=2).run()
    for name in ("a.png", "day 1/a.png", "day 1/left/IM0001"):
        assert predicted(name)["name"] == name
    assert len([file for file in (tmp_path / "out").rglob("*") if file.is_file()]) == 2 * 3


def test_unreadable_films_are_named_and_the_others_done(
    apply: Apply, predicted: Predicted, mean_shape: Path, films: Path, caplog: pytest.LogCaptureFixture
):
    picture(films / "a.png"), dicom(films / "b.dcm"), dicom(films / "truncated.dcm"), picture(films / "z.png")
    (films / "truncated.dcm").write_bytes((films / "truncated.dcm").read_bytes()[:-500])
    Image.new("L", (40, 56)).save(films / "black.png")
    workflow = apply(dataset_dir=str(films), checkpoint=str(mean_shape))
    with pytest.raises(RuntimeError) as raised:
        workflow.run()
    sentence = str(raised.value.__cause__)
    assert isinstance(raised.value.__cause__, RadiographError)
    assert "2 of 5 films could not be read: black.png, truncated.dcm" in sentence
    assert "black.png: every pixel has the value 0" in caplog.text
    assert "truncated.dcm: PixelData" in caplog.text
    for name in ("a.png", "b.dcm", "z.png"):
        assert predicted(name)


def test_nothing_but_an_unreadable_film_is_no_success(apply: Apply, mean_shape: Path, films: Path, tmp_path: Path):
    Image.new("L", (40, 56)).save(films / "black.png")
    with pytest.raises(RuntimeError) as raised:
        apply(dataset_dir=str(films), checkpoint=str(mean_shape)).run()
    assert "1 of 1 films could not be read" in str(raised.value.__cause__)
    assert not list((tmp_path / "out").rglob("*.json"))


def test_results_among_the_films_are_refused_before_anything_is_written(apply: Apply, mean_shape: Path, films: Path):
    picture(films / "a.png")
    with pytest.raises(RuntimeError) as raised:
        apply(dataset_dir=str(films), checkpoint=str(mean_shape), output_dir=str(films / "results")).run()
    sentence = str(raised.value.__cause__)
    assert isinstance(raised.value.__cause__, RadiographError)
    assert "lies in the folder of the films" in sentence and "outside --dataset_dir" in sentence
    assert [file.name for file in films.iterdir()] == ["a.png"]
    apply(dataset_dir=str(films / "a.png"), checkpoint=str(mean_shape), output_dir=str(films / "results")).run()
    assert (films / "results" / "a.png.png").is_file()


ALL = ["json", "csv", "overlay", "slicer", "dicom_sr", "dicom_gsps", "secondary_capture"]
SUFFIXES = (".json", ".png", ".mrk.json", ".sr.dcm", ".pr.dcm", ".sc.dcm")


def test_every_output_of_a_folder_agrees_and_names_no_patient(
    apply: Apply, predicted: Predicted, mean_shape: Path, films: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    film = dicom(films / "day 1" / "film.dcm")
    source = pydicom.dcmread(film)
    apply(dataset_dir=str(films), checkpoint=str(mean_shape), outputs=ALL).run()
    found = points(predicted("day 1/film.dcm"))
    report = highdicom.sr.srread(tmp_path / "out" / "day 1" / "film.dcm.sr.dcm")
    groups = report.content.get_planar_roi_measurement_groups()
    np.testing.assert_allclose([from_scoord(group.roi.value)[0] for group in groups], found, atol=0.01)
    state = pydicom.dcmread(tmp_path / "out" / "day 1" / "film.dcm.pr.dcm")
    drawn = [from_scoord(graphic.GraphicData) for graphic in state.GraphicAnnotationSequence[0].GraphicObjectSequence]
    np.testing.assert_allclose(drawn, found, atol=0.01)
    with (tmp_path / "out" / "predictions.csv").open() as table:
        np.testing.assert_allclose(
            [[float(row["x"]), float(row["y"])] for row in csv.DictReader(table)], found, atol=0.01
        )
    shutil.copy(film, tmp_path / "out" / "day 1")
    (markup,) = read_slicer(tmp_path / "out" / "day 1", None, None).films
    np.testing.assert_allclose(markup.landmarks, found, atol=0.01)

    written = [
        file.relative_to(tmp_path / "out" / "day 1").as_posix() for file in (tmp_path / "out").rglob("film.dcm.*")
    ]
    assert sorted(written) == sorted(f"film.dcm{suffix}" for suffix in SUFFIXES)
    texts = "".join(file.read_text() for file in (tmp_path / "out").rglob("*") if file.suffix in (".json", ".csv"))
    for identifier in ("Doe", "Jane", source.SOPInstanceUID, source.StudyInstanceUID, str(tmp_path)):
        assert identifier not in texts
    assert "Doe" not in caplog.text and source.SOPInstanceUID not in caplog.text


MINE = "measurements: [{name: Width, rule: distance, unit: mm, points: [left top, right top]}]"


def test_own_measurements_are_in_every_output(
    apply: Apply, predicted: Predicted, mean_shape: Path, films: Path, tmp_path: Path
):
    dicom(films / "film.dcm")
    (tmp_path / "mine.yaml").write_text(MINE)
    outputs = ["json", "csv", "overlay", "dicom_sr"]
    apply(
        dataset_dir=str(films), checkpoint=str(mean_shape), outputs=outputs, measurements=str(tmp_path / "mine.yaml")
    ).run()
    document = predicted("film.dcm")
    left, right, _ = points(document, "x_mm", "y_mm")
    width = np.linalg.norm(right - left)
    assert document["measurements"] == [{"name": "Width", "value": pytest.approx(width, abs=1e-3), "unit": "mm"}]
    with (tmp_path / "out" / "measurements.csv").open() as table:
        (row,) = csv.DictReader(table)
    assert float(row["value"]) == pytest.approx(width, abs=1e-3)
    report = highdicom.sr.srread(tmp_path / "out" / "film.dcm.sr.dcm")
    (group,) = report.content.get_image_measurement_groups()
    assert [item.value for item in group.get_measurements()] == pytest.approx([width], abs=1e-3)


def test_unknown_measurements_are_named_before_anything_is_written(
    apply: Apply, mean_shape: Path, films: Path, tmp_path: Path
):
    picture(films / "a.png")
    (tmp_path / "mine.yaml").write_text(MINE.replace("left top", "left tip"))
    for setting, sentence in (
        ("pelvs", "'pelvs' is neither auto, nor one of the shipped cephalogram, chest"),
        (str(tmp_path / "mine.yaml"), "mine.yaml: measurement 'Width', points: needs the landmark 'left tip', which"),
    ):
        with pytest.raises(RuntimeError) as raised:
            apply(dataset_dir=str(films), checkpoint=str(mean_shape), measurements=setting).run()
        cause = bundle_error(raised.value)
        assert isinstance(cause, ConfigurationError) and sentence in str(cause)
    assert not list((tmp_path / "out").rglob("*.*"))


def test_outputs_that_a_film_cannot_have_do_not_cost_the_others(
    apply: Apply, mean_shape: Path, films: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    picture(films / "a.png"), dicom(films / "b.dcm"), dicom(films / "no_study.dcm", StudyInstanceUID=None)
    with pytest.raises(RuntimeError) as raised:
        apply(dataset_dir=str(films), checkpoint=str(mean_shape), outputs=["slicer", "dicom_sr"]).run()
    sentence = str(raised.value.__cause__)
    assert "2 outputs could not be written: a.png (dicom_sr), no_study.dcm (dicom_sr)" in sentence
    assert "no_study.dcm: StudyInstanceUID is missing" in caplog.text
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "a.png.mrk.json",
        "b.dcm.mrk.json",
        "b.dcm.sr.dcm",
        "no_study.dcm.mrk.json",
    ]


def test_films_with_impossible_spacing_or_without_decoder_are_named(
    apply: Apply, mean_shape: Path, films: Path, caplog: pytest.LogCaptureFixture
):
    dicom(films / "zero.dcm", PixelSpacing=[0, 0.2]), dicom(films / "not_a_number.dcm", PixelSpacing=["NaN", "NaN"])
    packed = pydicom.dcmread(dicom(films / "packed.dcm"))
    packed.compress(uid.RLELossless)
    packed.file_meta.TransferSyntaxUID = uid.MPEG2MPML
    packed.save_as(films / "packed.dcm")
    with pytest.raises(RuntimeError) as raised:
        apply(dataset_dir=str(films), checkpoint=str(mean_shape)).run()
    assert "3 of 3 films could not be read" in str(raised.value.__cause__)
    assert "zero.dcm: PixelSpacing is 0 x 0.2, not a positive number" in caplog.text
    assert "not_a_number.dcm: PixelSpacing is nan x nan, not a positive number" in caplog.text
    assert "packed.dcm: PixelData in MPEG2 Main Profile / Main Level cannot be decoded, there is no" in caplog.text


def test_weights_work_where_they_are_copied_with_their_card(
    apply: Apply, predicted: Predicted, mean_shape: Path, films: Path, tmp_path: Path
):
    picture(films / "a.png")
    for file in (mean_shape, mean_shape.with_suffix(".json")):
        shutil.copy(file, tmp_path / f"elsewhere{file.suffix}")
    apply(dataset_dir=str(films), checkpoint=str(tmp_path / "elsewhere.pt")).run()
    assert predicted("a.png")


@pytest.mark.parametrize("place", ["network", "name", "backbone", "hidden_features", "landmarks"])
@pytest.mark.parametrize("kind", ["expression", "target"])
def test_nothing_in_a_card_is_executed(apply: Apply, mean_shape: Path, tmp_path: Path, place: str, kind: str):
    """A card is data, also where it holds what a config would execute."""
    made = tmp_path / "made"
    target = {"_target_": "open", "file": str(made), "mode": "w"}
    code = target if kind == "target" else f"$open({str(made)!r}, 'w')"
    file = mean_shape.with_suffix(".json")
    card = json.loads(file.read_text())
    (card if place in ("network", "landmarks") else card["network"])[place] = code
    file.write_text(json.dumps(card))
    try:
        network = apply(checkpoint=str(mean_shape), dataset_dir=str(tmp_path)).network_def
        assert place == "landmarks" and network.num_landmarks == len(code)
    except RuntimeError as error:
        assert isinstance(error.__cause__, CheckpointError)
        assert "describes no network of this bundle" in str(error.__cause__)
    assert not made.exists()
