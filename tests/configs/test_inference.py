# SPDX-License-Identifier: Apache-2.0
"""Inference as `inference.json` does it: films, coordinates, weights, and what of films that cannot be read."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import torch
from monai.bundle import ConfigWorkflow
from PIL import Image
from pydicom import uid

from bundle.errors import CheckpointError, RadiographError

SIDE = 32
"""Of the square that the network sees."""

Apply = Callable[..., ConfigWorkflow]
Predicted = Callable[[str], dict[str, Any]]
Write = Callable[..., Path]
Points = Callable[..., np.ndarray]


def on_film(shape: np.ndarray, width: int, height: int) -> np.ndarray:
    """Points [K, 2] of the unit square in pixels of a film whose shorter side was padded, computed by hand."""
    scale = SIDE / max(width, height)
    inner = np.array([round(width * scale), round(height * scale)])
    before = (SIDE - inner) // 2
    return (shape * (SIDE - 1) - before + 0.5) * np.array([width, height]) / inner - 0.5


@pytest.mark.parametrize(("width", "height"), [(64, 64), (64, 32), (24, 96), (57, 41), (20, 30)])
def test_landmarks_are_pixels_of_the_stored_film(
    apply: Apply,
    predicted: Predicted,
    mean_shape: Path,
    films: Path,
    points: Points,
    width: int,
    height: int,
    picture: Write,
):
    """The untrained network answers with its mean shape, so the right answer is known for films of any shape."""
    apply(dataset_dir=str(picture(films / "film.png", width, height)), checkpoint=str(mean_shape)).run()
    document = predicted("film.png")
    shape = torch.load(mean_shape, weights_only=True)["mean_shape"].numpy().astype(np.float64)
    assert document["size"] == [width, height]
    assert points(document) == pytest.approx(on_film(shape, width, height), abs=2e-3)


def test_result_of_a_dicom_film(
    apply: Apply, predicted: Predicted, mean_shape: Path, films: Path, points: Points, dicom: Write
):
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


def test_folder_keeps_its_subfolders(
    apply: Apply, predicted: Predicted, mean_shape: Path, films: Path, tmp_path: Path, picture: Write, dicom: Write
):
    picture(films / "a.png"), picture(films / "day 1" / "a.png"), dicom(films / "day 1" / "left" / "IM0001")
    (films / "notes.txt").write_text("no film")
    apply(dataset_dir=str(films), checkpoint=str(mean_shape), batch_size=2).run()
    for name in ("a.png", "day 1/a.png", "day 1/left/IM0001"):
        assert predicted(name)["name"] == name
    assert len([file for file in (tmp_path / "out").rglob("*.*") if not file.name.startswith(".")]) == 2 * 3


def test_unreadable_films_are_named_and_the_others_done(
    apply: Apply,
    predicted: Predicted,
    mean_shape: Path,
    films: Path,
    caplog: pytest.LogCaptureFixture,
    picture: Write,
    dicom: Write,
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


def test_results_among_the_films_are_refused_before_anything_is_written(
    apply: Apply, mean_shape: Path, films: Path, picture: Write
):
    picture(films / "a.png")
    with pytest.raises(RuntimeError) as raised:
        apply(dataset_dir=str(films), checkpoint=str(mean_shape), output_dir=str(films / "results")).run()
    sentence = str(raised.value.__cause__)
    assert isinstance(raised.value.__cause__, RadiographError)
    assert "lies in the folder of the films" in sentence and "outside --dataset_dir" in sentence
    assert [file.name for file in films.iterdir()] == ["a.png"]
    apply(dataset_dir=str(films / "a.png"), checkpoint=str(mean_shape), output_dir=str(films / "results")).run()
    assert (films / "results" / "a.png.png").is_file()


def test_films_with_impossible_spacing_or_without_decoder_are_named(
    apply: Apply, predicted: Predicted, mean_shape: Path, films: Path, caplog: pytest.LogCaptureFixture, dicom: Write
):
    dicom(films / "zero.dcm", PixelSpacing=[0, 0.2])
    packed = pydicom.dcmread(dicom(films / "packed.dcm"))
    packed.compress(uid.RLELossless)
    packed.file_meta.TransferSyntaxUID = uid.MPEG2MPML
    packed.save_as(films / "packed.dcm")
    with pytest.raises(RuntimeError) as raised:
        apply(dataset_dir=str(films), checkpoint=str(mean_shape)).run()
    assert "1 of 2 films could not be read" in str(raised.value.__cause__)
    assert "PixelSpacing is 0.2 x 0 mm, not between" in caplog.text
    assert "PixelSpacing is 0.2 x 0 mm" in str(predicted("zero.dcm")["warnings"])
    assert predicted("zero.dcm")["spacing"] is None
    assert "packed.dcm: PixelData in MPEG2 Main Profile / Main Level cannot be decoded, there is no" in caplog.text


def test_weights_work_where_they_are_copied_with_their_card(
    apply: Apply, predicted: Predicted, mean_shape: Path, films: Path, tmp_path: Path, picture: Write
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
    with pytest.raises(RuntimeError) as raised:
        apply(checkpoint=str(mean_shape), dataset_dir=str(tmp_path)).network_def  # noqa: B018 - builds it
    assert isinstance(raised.value.__cause__, CheckpointError)
    other_kind = place == "landmarks" or (place, kind) == ("network", "expression")
    said = f"{place}: should be " if other_kind else "describes no network of this bundle"
    assert said in str(raised.value.__cause__)
    assert not made.exists()
