# SPDX-License-Identifier: Apache-2.0
"""The picture as a DICOM image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom import Dataset

from bundle.confidence import Confidence
from bundle.drawing.overlay import PREDICTION, REVIEW_MARK, overlay_picture
from bundle.films.film_files import film_files
from bundle.outputs.dicom.secondary_capture import TITLE, SecondaryCaptureOutput
from bundle.results.film_result import FilmResult

Predict = Callable[..., FilmResult]
Write = Callable[..., Path]


def written(prediction: FilmResult) -> Dataset:
    folder = prediction.image.parent / "out"
    SecondaryCaptureOutput(folder)(prediction)
    return pydicom.dcmread(folder / f"{prediction.name}.sc.dcm")


def test_it_shows_the_overlay_and_no_file_name(write_film: Write, predict: Predict, doubtful: Confidence) -> None:
    prediction = predict(write_film(), confidence=doubtful)
    capture = written(prediction)
    picture = np.asarray(overlay_picture(prediction, TITLE))
    np.testing.assert_array_equal(capture.pixel_array, picture)
    for colour in (PREDICTION, REVIEW_MARK):
        assert (capture.pixel_array == colour).all(axis=-1).any()
    assert capture.PhotometricInterpretation == "RGB"


def test_it_belongs_to_the_study_and_cannot_be_measured_in(
    write_film: Write, predict: Predict, patient: dict[str, str]
) -> None:
    film = write_film(PixelSpacing=[0.2, 0.2])
    source, capture = pydicom.dcmread(film), written(predict(film))
    for keyword in (*patient, "StudyInstanceUID", "PatientOrientation"):
        assert capture[keyword].value == source[keyword].value, keyword
    assert capture.SeriesInstanceUID != source.SeriesInstanceUID
    assert capture.SOPInstanceUID == written(predict(film)).SOPInstanceUID
    assert "PixelSpacing" not in capture


def test_an_archive_that_hands_it_out_with_the_film_gives_no_film_more(write_film: Write, predict: Predict) -> None:
    film = write_film()
    written(predict(film))
    assert list(film.parent.rglob("*.sc.dcm"))
    assert film_files(film.parent) == ([film], {})


@pytest.mark.parametrize("stated", ["YES", "NO", None])
def test_text_in_the_film_is_text_in_the_picture(write_film: Write, predict: Predict, stated: str | None) -> None:
    assert written(predict(write_film(BurnedInAnnotation=stated))).get("BurnedInAnnotation") == stated


def test_what_is_no_answer_about_text_is_not_repeated(write_film: Write, predict: Predict) -> None:
    assert "BurnedInAnnotation" not in written(predict(write_film(BurnedInAnnotation="MAYBE")))


@pytest.mark.filterwarnings("ignore:Invalid value")
@pytest.mark.parametrize("stated", [["L", "F", "H"], ["L"], ["left", "foot"], ["X", "Y"], "", None])
def test_an_orientation_of_no_two_directions_is_empty(write_film: Write, predict: Predict, stated: Any) -> None:
    assert not written(predict(write_film(PatientOrientation=stated))).PatientOrientation


@pytest.mark.parametrize(
    ("elements", "side"), [({"Laterality": "L"}, "L"), ({"ImageLaterality": "R"}, "R"), ({"ImageLaterality": "U"}, "")]
)
def test_the_side_is_the_films(write_film: Write, predict: Predict, elements: dict[str, str], side: str) -> None:
    assert (written(predict(write_film(**elements))).Laterality or "") == side
