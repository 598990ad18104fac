# SPDX-License-Identifier: Apache-2.0
"""The structured report, read back by highdicom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import XRayAngiographicImageStorage

from bundle.confidence import Confidence
from bundle.coordinates import in_image
from bundle.outputs.dicom.concepts import (
    DECISION,
    EXPECTED_ERROR,
    NOT_FOUND,
    NOT_LOOKED_FOR,
    OFF_FILM,
    REASON,
)
from bundle.outputs.dicom.sr import StructuredReportOutput
from bundle.outputs.outputs import make_outputs
from bundle.results.film_result import FilmResult, Model
from read_reports import evaluations, groups, landmarks, written

Predict = Callable[..., FilmResult]
Write = Callable[..., Path]


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(-3, 83), st.floats(-3, 51)) | st.none(), min_size=3, max_size=3))
def test_points_on_the_film_come_back_and_no_other(write_film: Write, predict: Predict, points: list) -> None:
    array = np.array([(np.nan, np.nan) if point is None else point for point in points], dtype=np.float32)
    prediction = predict(write_film(), landmarks=array)
    on_film = in_image(array, (80, 48))
    report = written(prediction)
    read = landmarks(report)
    assert list(read) == [name for name, shown in zip(prediction.names, on_film, strict=True) if shown]
    np.testing.assert_allclose(np.reshape(list(read.values()), (-1, 2)), array[on_film], atol=0.01)
    assert {value for _, value in evaluations(report)} == set(prediction.names) - set(read)


NAN = np.nan


@pytest.mark.parametrize(
    ("places", "never_seen", "named"),
    [
        ([(10, 20), (70, 5), (40, 33)], (), []),
        ([(10, 20), (NAN, NAN), (40, 33)], (1,), [(NOT_LOOKED_FOR, 1)]),
        ([(10, 20), (NAN, NAN), (40, 33)], (), [(NOT_FOUND, 1)]),
        ([(-5, 20), (NAN, NAN), (40, 33)], (1,), [(NOT_LOOKED_FOR, 1), (OFF_FILM, 0)]),
    ],
)
def test_not_looked_for_is_told_from_not_found(
    write_film: Write, predict: Predict, names: list[str], places: list, never_seen: tuple, named: list
) -> None:
    absent = tuple(names[index] for index in never_seen)
    report = written(predict(write_film(), landmarks=np.array(places, dtype=np.float32), not_looked_for=absent))
    texts = evaluations(report)
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
    assert group.finding_category == codes.SCT.AnatomicalPoint
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
        tracked = report.content.get_planar_roi_measurement_groups()
        return [report.SOPInstanceUID, report.SeriesInstanceUID, *(group.tracking_uid for group in tracked)]

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


def test_a_film_to_be_reviewed_says_so_and_why(write_film: Write, predict: Predict, doubtful: Confidence) -> None:
    (decision, *reasons) = evaluations(written(predict(write_film(), confidence=doubtful)))
    assert decision == (DECISION, Code("review", "99FSDAG", "Review"))
    assert reasons == [(REASON, reason) for reason in doubtful.reasons]
    assert len(reasons) == 2


def test_an_accepted_film_says_so_and_gives_no_reason(
    write_film: Write, predict: Predict, doubtful: Confidence
) -> None:
    trusted = replace(doubtful, error_limit=100.0, unlikeness=0.1)
    read = evaluations(written(predict(write_film(), confidence=trusted)))
    assert read == [(DECISION, Code("accept", "99FSDAG", "Accept"))]


def test_a_network_that_is_not_calibrated_expects_and_decides_nothing(write_film: Write, predict: Predict) -> None:
    report = written(predict(write_film()))
    assert evaluations(report) == []
    assert not any(
        item.name == EXPECTED_ERROR for group in groups(report, "POINT") for item in group[0].ContentSequence
    )


def test_procedure_and_region_are_the_films_own(write_film: Write, predict: Predict) -> None:
    def said(**elements: Any) -> list[tuple[str, str]]:
        report = written(predict(write_film(**elements)))
        asked = (codes.DCM.ProcedureReported, codes.DCM.TargetRegion, codes.DCM.Modality)
        root = report.content[0].ContentSequence
        (library,) = [item for item in root if item.name == codes.DCM.ImageLibrary]
        (entry,) = library.ContentSequence[0].ContentSequence
        items = [*root, *entry.ContentSequence]
        return [(item.value.value, item.value.meaning) for item in items if item.name in asked]

    procedure, region = Dataset(), Dataset()
    procedure.CodeValue, procedure.CodingSchemeDesignator, procedure.CodeMeaning = "PEL1", "99CLINIC", "Pelvis standing"
    region.CodeValue, region.CodingSchemeDesignator, region.CodeMeaning = "24136001", "SCT", "Hip joint"
    cr = ("CR", "Computed Radiography")
    assert said() == [("168537006", "Plain radiography"), cr]
    assert said(BodyPartExamined="PELVIS") == [("168537006", "Plain radiography"), cr, ("816092008", "Pelvis")]
    coded = {"ProcedureCodeSequence": [procedure], "AnatomicRegionSequence": [region], "BodyPartExamined": "PELVIS"}
    assert said(**coded) == [("PEL1", "Pelvis standing"), cr, ("24136001", "Hip joint")]
    broken = {"ProcedureCodeSequence": [Dataset()], "AnatomicRegionSequence": [], "BodyPartExamined": "TENTACLE"}
    assert said(**broken) == [("168537006", "Plain radiography"), cr]


def test_the_report_refers_to_the_results_beside_it(write_film: Write, predict: Predict) -> None:
    prediction = predict(write_film())
    alone = written(prediction)
    folder = prediction.image.parent / "out"
    for output in make_outputs(["dicom_sr", "secondary_capture", "dicom_gsps"], folder).values():
        output(prediction)
    report, film, state, capture = (
        pydicom.dcmread(file)
        for file in (
            folder / "film.dcm.sr.dcm",
            prediction.image,
            folder / "film.dcm.pr.dcm",
            folder / "film.dcm.sc.dcm",
        )
    )
    shown, picture = (item.ReferencedSOPSequence[0] for item in report.ContentSequence if item.ValueType == "IMAGE")
    assert shown.ReferencedSOPInstanceUID == film.SOPInstanceUID
    assert shown.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == state.SOPInstanceUID
    assert picture.ReferencedSOPInstanceUID == capture.SOPInstanceUID
    (study,) = report.CurrentRequestedProcedureEvidenceSequence
    listed = {
        item.ReferencedSOPInstanceUID
        for series in study.ReferencedSeriesSequence
        for item in series.ReferencedSOPSequence
    }
    assert listed == {film.SOPInstanceUID, state.SOPInstanceUID, capture.SOPInstanceUID}
    assert report.SOPInstanceUID != alone.SOPInstanceUID
    StructuredReportOutput(folder)(replace(prediction, model=replace(prediction.model, weights_sha256="ef" * 32)))
    other = pydicom.dcmread(folder / "film.dcm.sr.dcm")
    assert not any(item.ValueType == "IMAGE" for item in other.ContentSequence)  # they are another network's


def test_no_two_series_of_a_study_have_one_number(write_film: Write, predict: Predict) -> None:
    numbers = []
    for film in range(5):
        prediction = predict(write_film(name=f"{film}.dcm"))
        folder = prediction.image.parent / "out"
        for output in make_outputs(["dicom_sr", "dicom_gsps", "secondary_capture"], folder).values():
            output(prediction)
        numbers += [pydicom.dcmread(file).SeriesNumber for file in folder.glob(f"{film}.*")]
    assert len(set(numbers)) == len(numbers) == 15
    assert all(0 < number < 2**31 for number in numbers)
    assert {number // 10**7 for number in numbers} == {101, 102, 103}


@pytest.mark.parametrize(("stated", "offset"), [("+0530", "+0530"), ("-0330", "-0330"), (None, None), ("99", None)])
def test_the_object_says_when_it_was_made_in_the_films_time_zone(
    write_film: Write, predict: Predict, stated: str | None, offset: str | None
) -> None:
    film = write_film(TimezoneOffsetFromUTC=stated) if stated else write_film()
    before, report = datetime.now(UTC), written(predict(film))
    assert offset in (None, report.TimezoneOffsetFromUTC)
    assert (report.SeriesDate, report.SeriesTime) == (report.ContentDate, report.ContentTime)
    moment = datetime.strptime(
        f"{report.SeriesDate}{float(report.SeriesTime):013.6f}{report.TimezoneOffsetFromUTC}", "%Y%m%d%H%M%S.%f%z"
    )
    assert before <= moment <= datetime.now(UTC)
