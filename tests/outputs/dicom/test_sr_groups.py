# SPDX-License-Identifier: Apache-2.0
"""The groups of a structured report: what is said of each landmark and each measurement, read back by highdicom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom.sr.codedict import codes

from bundle.confidence import Confidence
from bundle.coordinates import from_scoord
from bundle.measurements import Concept, Definition, measure
from bundle.measurements.rules import Difference, Distance
from bundle.outputs.dicom.concepts import (
    EXPECTED_ERROR,
    NOT_SHOWN,
)
from bundle.results.film_result import FilmResult
from read_reports import evaluations, groups, written

Predict = Callable[..., FilmResult]
Write = Callable[..., Path]


@pytest.mark.parametrize(("spacing", "expected"), [(0.2, ["0.4 mm", "2.4 mm"]), (np.nan, ["2 pixels", "12 pixels"])])
def test_each_landmark_comes_back_with_the_error_to_expect(
    write_film: Write, predict: Predict, doubtful: Confidence, spacing: float, expected: list[str]
) -> None:
    """As a text: OHIF makes no point of a group with a number."""
    array = np.array([[10.25, 20.5], [-40, 5], [40.125, 33]])  # the second is not on the film
    prediction = predict(write_film(), landmarks=array, spacing=np.array([spacing, 0.1]), confidence=doubtful)
    points = groups(written(prediction), "POINT")
    read = [item.value for group in points for item in group[0].ContentSequence if item.name == EXPECTED_ERROR]
    assert read == expected
    assert not any(group.get_measurements() for group in points)


def test_every_group_has_a_region_and_a_name_that_viewers_keep(
    write_film: Write, predict: Predict, doubtful: Confidence
) -> None:
    """OHIF shows nothing where a group has no region, and calls a point by its comment."""
    definitions = [Distance(name="Width", rule="distance", unit="mm", points=("left hip", "symphysis, pubic"))]
    report = written(measured_on(predict(write_film(), confidence=doubtful), *definitions))
    (container,) = [item for item in report.content[0].ContentSequence if item.name == codes.DCM.ImagingMeasurements]
    assert len(container.ContentSequence) == 4
    for group in container.ContentSequence:
        items = {item.name: item for item in group.ContentSequence}
        assert items[codes.DCM.ImageRegion].GraphicType in ("POINT", "POLYLINE")
        assert items[codes.DCM.Comment].value == items[codes.DCM.TrackingIdentifier].value


def test_the_exact_point_has_a_code_of_ours_and_its_body_part_one_of_snomed(
    write_film: Write, predict: Predict
) -> None:
    names = ["left femoral head centre", "coccyx tip", "my own point", "my own: point"]
    parts = {
        "left femoral head centre": Concept(code="2812003", meaning="Head of femur"),
        "coccyx tip": Concept(code="64688005", meaning="Coccyx"),
    }
    array = np.array([[10, 20], [30, 10], [50, 30], [51, 31]], dtype=np.float32)
    report = written(predict(write_film(), names=names, landmarks=array, body_parts=parts))
    points = groups(report, "POINT")
    found = [group.finding_type for group in points]
    assert [code.meaning for code in found] == names
    assert len({code.value for code in found}) == 4
    assert all(len(code.value) <= 16 for code in found)  # OHIF saves longer ones as "undefined"
    assert {code.scheme_designator for code in found} == {"99FSDAG"}
    sites = {group.tracking_identifier: group.finding_sites for group in points}
    assert [[site.value for site in each] for each in sites.values()] == [
        [codes.SCT.HeadOfFemur],
        [codes.SCT.Coccyx],
        [],
        [],
    ]
    (femur,), (coccyx,) = sites[names[0]], sites[names[1]]
    assert femur.laterality == codes.SCT.Left
    assert coccyx.laterality is None
    (scheme,) = report.CodingSchemeIdentificationSequence
    assert scheme.CodingSchemeDesignator == "99FSDAG"


def test_the_side_of_a_film_is_that_of_its_landmarks(write_film: Write, predict: Predict, names: list[str]) -> None:
    parts = {names[1]: Concept(code="85562004", meaning="Hand")}
    report = written(predict(write_film(ImageLaterality="R"), names=["a", names[1], "c"], body_parts=parts))
    (site,) = groups(report, "POINT")[1].finding_sites
    assert site.laterality == codes.SCT.Right


def measured_on(prediction: FilmResult, *definitions: Definition) -> FilmResult:
    place = prediction.names, prediction.landmarks, prediction.spacing, prediction.size
    return replace(prediction, measurements=measure(definitions, *place))


def test_measurements_come_back_with_their_units_and_their_points(
    write_film: Write, predict: Predict, names: list[str]
) -> None:
    cobb = Concept(code="285285000", meaning="Cobb angle")
    first, second, third = names
    definitions = [
        Distance(name="Width", rule="distance", unit="mm", points=(first, second)),
        Distance(name="Height, px", rule="distance", unit="px", points=(second, third), concept=cobb),
        Difference(name="Both", rule="difference", unit="mm", of=("Width", "Width")),
    ]
    prediction = measured_on(predict(write_film()), *definitions)
    report = written(prediction)
    lines = {group.tracking_identifier: group for group in groups(report, "POLYLINE")}
    read = {name: group.get_measurements()[0] for name, group in lines.items()}
    values = {measured.name: round(measured.value, 4) for measured in prediction.measurements}
    assert {name: item.value for name, item in read.items()} == values
    assert {name: item.unit.value for name, item in read.items()} == {
        "Width": "mm",
        "Height, px": "{pixels}",
        "Both": "mm",
    }
    assert {name: item.name.value for name, item in read.items()} == {
        "Width": "width",
        "Height, px": "285285000",
        "Both": "both",
    }
    assert [group.finding_type.value for group in lines.values()] == ["width", "height_px", "both"]
    width, height, both = (from_scoord(group.roi.value) for group in lines.values())
    np.testing.assert_allclose(width, prediction.landmarks[:2], atol=0.01)
    np.testing.assert_allclose(height, prediction.landmarks[1:], atol=0.01)
    np.testing.assert_allclose(both, prediction.landmarks[[0, 1, 0, 1]], atol=0.01)


def test_a_measurement_that_cannot_be_drawn_is_said(write_film: Write, predict: Predict, names: list[str]) -> None:
    array = np.array([[10, 20], [-40, 5], [np.nan, np.nan]], dtype=np.float32)
    definitions = [
        Distance(name="Width", rule="distance", unit="mm", points=(names[0], names[1])),
        Distance(name="Height", rule="distance", unit="mm", points=(names[0], names[2])),
    ]
    report = written(measured_on(predict(write_film(), landmarks=array), *definitions))
    assert groups(report, "POLYLINE") == []
    assert [value for name, value in evaluations(report) if name == NOT_SHOWN] == ["Width: 10.44 mm"]
