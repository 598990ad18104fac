# SPDX-License-Identifier: Apache-2.0
"""The structured report, read back by highdicom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import highdicom
import hypothesis.strategies as st
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from pydicom.sr.codedict import codes
from pydicom.uid import XRayAngiographicImageStorage

from bundle.confidence import Confidence
from bundle.coordinates import from_scoord, in_image
from bundle.errors import RadiographError
from bundle.measurements import Definition, Measured
from bundle.outputs.dicom.sr import DECISION, NOT_FOUND, NOT_LOOKED_FOR, REASON, UNITS, StructuredReportOutput
from bundle.results.film_result import FilmResult, Model

Predict = Callable[..., FilmResult]
Write = Callable[..., Path]


def written(prediction: FilmResult) -> highdicom.sr.ComprehensiveSR:
    folder = prediction.image.parent / "out"
    StructuredReportOutput(folder)(prediction)
    return highdicom.sr.srread(folder / f"{prediction.name}.sr.dcm")


def landmarks(report: highdicom.sr.ComprehensiveSR) -> dict[str, np.ndarray]:
    groups = report.content.get_planar_roi_measurement_groups(graphic_type=highdicom.sr.GraphicTypeValues.POINT)
    return {group.tracking_identifier: from_scoord(group.roi.value)[0] for group in groups}


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(-3, 83), st.floats(-3, 51)) | st.none(), min_size=3, max_size=3))
def test_points_on_the_film_come_back_and_no_other(write_film: Write, predict: Predict, points: list) -> None:
    array = np.array([(np.nan, np.nan) if point is None else point for point in points], dtype=np.float32)
    prediction = predict(write_film(), landmarks=array)
    on_film = in_image(array, (80, 48))
    if not on_film.any():
        with pytest.raises(RadiographError, match=r"film\.dcm: no landmark lies on the film"):
            written(prediction)
        return
    read = landmarks(written(prediction))
    assert list(read) == [name for name, shown in zip(prediction.names, on_film, strict=True) if shown]
    np.testing.assert_allclose(list(read.values()), array[on_film], atol=0.01)


NAN = np.nan


@pytest.mark.parametrize(
    ("places", "never_seen", "named"),
    [
        ([(10, 20), (70, 5), (40, 33)], (), []),
        ([(10, 20), (NAN, NAN), (40, 33)], (1,), [(NOT_LOOKED_FOR, 1)]),
        ([(10, 20), (NAN, NAN), (40, 33)], (), [(NOT_FOUND, 1)]),
        ([(-5, 20), (NAN, NAN), (40, 33)], (1,), [(NOT_LOOKED_FOR, 1), (NOT_FOUND, 0)]),
    ],
)
def test_not_looked_for_is_told_from_not_found(
    write_film: Write, predict: Predict, names: list[str], places: list, never_seen: tuple, named: list
) -> None:
    absent = tuple(names[index] for index in never_seen)
    report = written(predict(write_film(), landmarks=np.array(places, dtype=np.float32), not_looked_for=absent))
    texts = [
        (item.name, item.value)
        for group in report.content.get_image_measurement_groups()
        for item in group[0].ContentSequence
        if item.name in (NOT_FOUND, NOT_LOOKED_FOR)
    ]
    assert texts == [(kind, names[index]) for kind, index in named]
    assert not set(landmarks(report)) & {name for _, name in texts}


def test_a_film_of_30000_pixels_keeps_hundredths(write_film: Write, predict: Predict) -> None:
    """Graphic data is of single precision."""
    array = np.array([[29_999.37, 12_345.67], [0, 0], [29_999.499, 29_999.499]])
    report = written(predict(write_film(), landmarks=array, size=(30_000, 30_000)))
    np.testing.assert_allclose(list(landmarks(report).values()), array, atol=0.01)


def test_the_report_belongs_to_the_patient_and_study_of_the_film(
    write_film: Write, predict: Predict, patient: dict[str, str]
) -> None:
    film = write_film(IssuerOfPatientID="a hospital", StudyDescription="Pelvis AP")
    source, report = pydicom.dcmread(film), written(predict(film))
    for keyword in (*patient, "IssuerOfPatientID", "StudyDescription", "StudyInstanceUID"):
        assert report[keyword].value == source[keyword].value, keyword
    assert report.SeriesInstanceUID != source.SeriesInstanceUID
    assert report.SOPInstanceUID != source.SOPInstanceUID
    assert report.Modality == "SR"
    (group, *_) = report.content.get_planar_roi_measurement_groups()
    (image,) = group.roi.ContentSequence
    assert image.referenced_sop_instance_uid == source.SOPInstanceUID
    assert report.get_evidence() == [
        (source.StudyInstanceUID, source.SeriesInstanceUID, source.SOPInstanceUID, source.SOPClassUID)
    ]


def test_the_report_says_what_made_it_and_that_nobody_has_checked_it(write_film: Write, predict: Predict) -> None:
    report = written(predict(write_film()))
    (observer,) = report.content.get_observer_contexts()
    assert observer.observer_type == codes.DCM.Device
    attributes = observer.observer_identifying_attributes
    assert (attributes.name, attributes.serial_number) == ("a model", "ab" * 32)
    (group, *_) = report.content.get_planar_roi_measurement_groups()
    assert group.finding_type == codes.SCT.AnatomicalPoint
    texts = {item.name: item.value for item in group[0].ContentSequence if item.value_type.value == "TEXT"}
    assert texts[codes.DCM.AlgorithmName] == "a model"
    assert texts[codes.DCM.AlgorithmVersion] == "0.1.0"
    assert (report.CompletionFlag, report.VerificationFlag) == ("COMPLETE", "UNVERIFIED")
    assert report.PreliminaryFlag == "PRELIMINARY"


def test_a_repeat_gives_the_same_object_and_another_network_another_one(
    write_film: Write, predict: Predict, doubtful: Confidence
) -> None:
    prediction = predict(write_film(), confidence=doubtful)

    def uids(prediction: FilmResult) -> list[str]:
        report = written(prediction)
        content = report.content
        groups = content.get_image_measurement_groups() + content.get_planar_roi_measurement_groups()
        return [report.SOPInstanceUID, report.SeriesInstanceUID, *(group.tracking_uid for group in groups)]

    first = uids(prediction)
    assert uids(prediction) == first
    others = (
        Model("a model", "0.1.0", "cd" * 32),
        replace(prediction.model, calibration_sha256="ef" * 32),
        replace(prediction.model, measurements_sha256="ef" * 32),
    )
    for other in others:
        assert not set(uids(replace(prediction, model=other))) & set(first)
    assert not set(uids(replace(prediction, image=write_film(name="other.dcm")))) & set(first)


def test_a_single_frame_of_a_class_of_many_can_be_referred_to(write_film: Write, predict: Predict) -> None:
    film = write_film(SOPClassUID=XRayAngiographicImageStorage, Modality="XA")
    assert len(landmarks(written(predict(film)))) == 3


@pytest.mark.parametrize("spacing", [0.2, np.nan])
def test_each_landmark_comes_back_with_the_error_to_expect(
    write_film: Write, predict: Predict, doubtful: Confidence, spacing: float
) -> None:
    array = np.array([[10.25, 20.5], [-40, 5], [40.125, 33]])
    prediction = predict(write_film(), landmarks=array, spacing=np.array([spacing, 0.1]), confidence=doubtful)
    groups = written(prediction).content.get_planar_roi_measurement_groups()
    read = {
        group.tracking_identifier: [
            (item.name.value, item.name.scheme_designator, item.value, item.unit) for item in group.get_measurements()
        ]
        for group in groups
    }
    expected = {"left hip": (2.0, 0.4), "symphysis, pubic": (12.0, 2.4)}  # the other one is not on the film
    units = UNITS["px"], UNITS["mm"]
    count = 1 if np.isnan(spacing) else 2
    assert read == {
        name: [("expected_error", "99FSDAG", *pair) for pair in list(zip(errors, units, strict=True))[:count]]
        for name, errors in expected.items()
    }


def test_a_film_to_be_reviewed_says_so_and_why(write_film: Write, predict: Predict, doubtful: Confidence) -> None:
    prediction = predict(write_film(), measurements=(measured("Width", 12.5, "mm"),), confidence=doubtful)
    group, others = written(prediction).content.get_image_measurement_groups()
    assert (group.tracking_identifier, others.tracking_identifier) == ("Confidence", "Measurements")
    (evaluation,) = group.get_qualitative_evaluations(DECISION)
    assert (evaluation.value.value, evaluation.value.scheme_designator) == ("review", "99FSDAG")
    items = group[0].ContentSequence
    assert tuple(item.value for item in items if item.name == REASON) == doubtful.reasons
    assert len(doubtful.reasons) == 2
    (image,) = group.source_images
    assert image.referenced_sop_instance_uid == pydicom.dcmread(prediction.image).SOPInstanceUID


def test_an_accepted_film_says_so_and_gives_no_reason(
    write_film: Write, predict: Predict, doubtful: Confidence
) -> None:
    trusted = replace(doubtful, error_limit=100.0, unlikeness=0.1)
    (group,) = written(predict(write_film(), confidence=trusted)).content.get_image_measurement_groups()
    (evaluation,) = group.get_qualitative_evaluations(DECISION)
    assert evaluation.value.value == "accept"
    assert not any(item.name == REASON for item in group[0].ContentSequence)


def test_a_network_that_is_not_calibrated_expects_and_decides_nothing(write_film: Write, predict: Predict) -> None:
    content = written(predict(write_film())).content
    assert content.get_image_measurement_groups() == []
    assert not any(group.get_measurements() for group in content.get_planar_roi_measurement_groups())


def measured(name: str, value: float, unit: str) -> Measured:
    return Measured(Definition(name=name, rule="distance", unit=unit), value, unit)


def test_measurements_come_back_with_their_units(write_film: Write, predict: Predict) -> None:
    values = [
        measured("Angle, left", -12.34567, "degree"),
        measured("Width", 1234.5, "mm"),
        measured("Missing", np.nan, "mm"),
        measured("Heart", 12.5, "mm2"),
        measured("CTR", 0.48766, "ratio"),
        measured("Height", 30_000.25, "px"),
        measured("Lung", 4e8, "px2"),
    ]
    prediction = predict(write_film(), measurements=tuple(values))
    report = written(prediction)
    (group,) = report.content.get_image_measurement_groups()
    assert group.tracking_identifier == "Measurements"
    read = {item.name.meaning: (item.name, item.value, item.unit) for item in group.get_measurements()}
    assert {name: (value, unit.value) for name, (_, value, unit) in read.items()} == {
        "Angle, left": (-12.3457, "deg"),
        "Width": (1234.5, "mm"),
        "Heart": (12.5, "mm2"),
        "CTR": (0.4877, "{ratio}"),
        "Height": (30_000.25, "{pixels}"),
        "Lung": (4e8, "{square_pixels}"),
    }
    assert {unit.scheme_designator for _, _, unit in read.values()} == {"UCUM"}
    assert (read["Angle, left"][0].value, read["Angle, left"][0].scheme_designator) == ("angle_left", "99FSDAG")
    assert len(landmarks(report)) == 3
    (image,) = group.source_images
    assert image.referenced_sop_instance_uid == pydicom.dcmread(prediction.image).SOPInstanceUID


def test_a_report_without_any_value_has_no_measurement_group(write_film: Write, predict: Predict) -> None:
    report = written(predict(write_film(), measurements=(measured("Missing", np.nan, "mm"),)))
    assert report.content.get_image_measurement_groups() == []
