# SPDX-License-Identifier: Apache-2.0
"""What inference writes of a film: outputs that agree, measurements, and what of outputs that a film cannot have."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from monai.bundle import ConfigWorkflow

from bundle.coordinates import from_scoord
from bundle.errors import ConfigurationError, bundle_error
from bundle.importers.slicer import read_slicer
from read_reports import groups, landmarks

Apply = Callable[..., ConfigWorkflow]
Predicted = Callable[[str], dict[str, Any]]
Write = Callable[..., Path]
Points = Callable[..., np.ndarray]

ALL = ["json", "csv", "overlay", "slicer", "dicom_sr", "dicom_gsps", "secondary_capture"]
SUFFIXES = (".json", ".png", ".mrk.json", ".sr.dcm", ".pr.dcm", ".sc.dcm")


def test_every_output_of_a_folder_agrees_and_names_no_patient(
    apply: Apply,
    predicted: Predicted,
    mean_shape: Path,
    films: Path,
    points: Points,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    dicom: Write,
):
    film = dicom(films / "day 1" / "film.dcm")
    source = pydicom.dcmread(film)
    apply(dataset_dir=str(films), checkpoint=str(mean_shape), outputs=ALL).run()
    found = points(predicted("day 1/film.dcm"))
    report = highdicom.sr.srread(tmp_path / "out" / "day 1" / "film.dcm.sr.dcm")
    np.testing.assert_allclose([*landmarks(report).values()], found, atol=0.01)
    state = pydicom.dcmread(tmp_path / "out" / "day 1" / "film.dcm.pr.dcm")
    strokes = [line.GraphicData for line in state.GraphicAnnotationSequence[0].GraphicObjectSequence]
    crosses = from_scoord(np.reshape(strokes, (len(found), 2, 2, 2)))  # landmark, line, end, axis
    np.testing.assert_allclose(np.stack([crosses[:, 1, 0, 0], crosses[:, 0, 0, 1]], axis=-1), found, atol=0.01)
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
    apply: Apply, predicted: Predicted, mean_shape: Path, films: Path, points: Points, tmp_path: Path, dicom: Write
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
    (group,) = groups(report, "POLYLINE")
    assert [item.value for item in group.get_measurements()] == pytest.approx([width], abs=1e-3)


def test_unknown_measurements_are_named_before_anything_is_written(
    apply: Apply, mean_shape: Path, films: Path, tmp_path: Path, picture: Write
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
    apply: Apply,
    mean_shape: Path,
    films: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    picture: Write,
    dicom: Write,
):
    picture(films / "a.png"), dicom(films / "b.dcm"), dicom(films / "no_study.dcm", StudyInstanceUID=None)
    with pytest.raises(RuntimeError) as raised:
        apply(dataset_dir=str(films), checkpoint=str(mean_shape), outputs=["slicer", "dicom_sr"]).run()
    sentence = str(raised.value.__cause__)
    assert "2 outputs could not be written: a.png (dicom_sr), no_study.dcm (dicom_sr)" in sentence
    assert "no_study.dcm: StudyInstanceUID is missing" in caplog.text
    assert sorted(file.name for file in (tmp_path / "out").glob("*.*.*.*")) == [
        "a.png.mrk.json",
        "b.dcm.mrk.json",
        "b.dcm.sr.dcm",
        "no_study.dcm.mrk.json",
    ]
