# SPDX-License-Identifier: Apache-2.0
"""Point lists for 3D Slicer: the form of its schema, and back through the importer of this bundle."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import itk
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from bundle.confidence import Confidence
from bundle.errors import RadiographError
from bundle.importers.slicer import read_slicer
from bundle.outputs.slicer_markups import SlicerOutput, markups
from bundle.results.film_result import FilmResult

Predict = Callable[..., FilmResult]


@pytest.fixture
def film(request: pytest.FixtureRequest, write_film: Callable[..., Path], tmp_path: Path) -> Path:
    """A film of 80 x 48 pixels in the format that a test asks for."""
    if request.param == "dicom":
        return write_film(ImagerPixelSpacing=[0.5, 0.6])
    if request.param == "png":
        Image.new("L", (80, 48)).save(tmp_path / "film.png")
        return tmp_path / "film.png"
    image = itk.GetImageFromArray(np.zeros((1, 48, 80), np.uint8))
    image.SetSpacing([0.2, 0.3, 1.0])
    image.SetOrigin([-10.0, 20.0, 5.0])
    image.SetDirection(itk.GetMatrixFromArray(np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]])))
    itk.imwrite(image, str(tmp_path / "film.mha"))
    return tmp_path / "film.mha"


@pytest.mark.parametrize("film", ["dicom", "png", "mha"], indirect=True)
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(-50, 130), st.floats(-50, 100)) | st.none(), min_size=3, max_size=3))
def test_landmarks_come_back_through_the_importer(predict: Predict, film: Path, landmarks: list) -> None:
    array = np.array([(np.nan, np.nan) if point is None else point for point in landmarks])
    prediction = predict(film, landmarks=array)
    SlicerOutput(film.parent)(prediction)
    (read,) = read_slicer(film.parent, None, tuple(prediction.names)).films
    assert read.image.name == film.name
    returned = np.array([(np.nan, np.nan) if point is None else point for point in read.landmarks or [None] * 3])
    np.testing.assert_allclose(returned, array, atol=0.01)


@pytest.mark.parametrize("film", ["dicom"], indirect=True)
def test_the_form_of_the_schema(predict: Predict, names: list[str], film: Path, tmp_path: Path) -> None:
    landmarks = np.array([[10, 20], [np.nan, np.nan], [30, 40]])
    SlicerOutput(tmp_path / "out")(predict(film, landmarks=landmarks))
    document = json.loads((tmp_path / "out" / "film.dcm.mrk.json").read_text())
    assert document["@schema"].endswith("/markups-schema-v1.0.3.json#")
    (markup,) = document["markups"]
    assert (markup["type"], markup["coordinateSystem"], markup["coordinateUnits"]) == ("Fiducial", "LPS", "mm")
    points = markup["controlPoints"]
    assert [point["label"] for point in points] == names
    assert [point["positionStatus"] for point in points] == ["defined", "undefined", "defined"]
    assert points[0]["position"] == pytest.approx([10 * 0.6, 20 * 0.5, 0])
    assert all(len(point["position"]) == 3 and len(point["orientation"]) == 9 for point in points)


@pytest.mark.parametrize("film", ["dicom"], indirect=True)
def test_points_say_what_error_to_expect_and_the_list_whether_to_review_it(
    predict: Predict, doubtful: Confidence, film: Path
) -> None:
    def listed(**changed: Any) -> dict[str, Any]:
        (markup,) = markups(predict(film, **changed))["markups"]
        return markup

    def descriptions(markup: dict[str, Any]) -> list[str]:
        return [point["description"] for point in markup["controlPoints"]]

    plain, review = listed(), listed(confidence=doubtful)
    accepted = listed(
        confidence=replace(doubtful, error_limit=100.0, unlikeness=0.1), spacing=np.array([np.nan, np.nan])
    )
    assert descriptions(plain) == ["", "", ""]
    assert descriptions(review) == [
        "expected error 2.0 px (0.40 mm)",
        "expected error 4.0 px (0.80 mm)",
        "expected error 12.0 px (2.40 mm)",
    ]
    assert descriptions(accepted) == ["expected error 2.0 px", "expected error 4.0 px", "expected error 12.0 px"]
    assert review["name"] == "film.dcm (review)"
    colour = review["display"]["selectedColor"]
    assert len(colour) == 3 and all(0 <= value <= 1 for value in colour)
    assert not {"name", "display"} & (set(plain) | set(accepted))


def test_a_film_that_slicer_cannot_load_is_refused(predict: Predict, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no image")
    with pytest.raises(RadiographError, match=r"a\.png: cannot be read as an image"):
        SlicerOutput(tmp_path / "out")(predict(tmp_path / "a.png"))
    assert not (tmp_path / "out").exists()
