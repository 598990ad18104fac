# SPDX-License-Identifier: Apache-2.0
"""Tests of the importer of DICOM structured reports: our own, and those that a viewer saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import Dataset, FileMetaDataset, uid

from bundle.errors import DatasetError
from bundle.importers.report import read_report
from bundle.outputs.dicom.source import read_source
from bundle.outputs.dicom.sr import StructuredReportOutput
from bundle.synthetic.dicom import instance_uid
from bundle.synthetic.film import arrange
from bundle.synthetic.sample import load_site
from film_results import film_result

NAMES = ["left hip", "right hip", "sacrum"]
PATIENT = {"PatientName": "Doe^Jane", "PatientID": "MRN4711", "PatientBirthDate": "19700101"}


def write_film(path: Path, **elements: Any) -> Dataset:
    """A film of 80 x 48 pixels."""
    film = Dataset()
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    film.SOPClassUID = uid.ComputedRadiographyImageStorage
    film.SOPInstanceUID, film.StudyInstanceUID, film.SeriesInstanceUID = (uid.generate_uid() for _ in range(3))
    film.Modality, film.PatientOrientation, film.StudyDate, film.StudyTime = "CR", ["L", "F"], "20260102", "134501"
    film.AccessionNumber = film.StudyID = film.ReferringPhysicianName = film.PatientSex = ""
    film.set_pixel_data(np.zeros((48, 80), np.uint16), "MONOCHROME2", 12)
    for keyword, value in {**PATIENT, **elements}.items():
        setattr(film, keyword, value)
    film.file_meta.MediaStorageSOPClassUID = film.SOPClassUID
    film.file_meta.MediaStorageSOPInstanceUID = film.SOPInstanceUID
    path.parent.mkdir(exist_ok=True)
    film.save_as(path, enforce_file_format=True)
    return film


def write_report(film: Path, landmarks: Any, report: Path) -> None:
    """A report as this bundle writes it of a network's landmarks."""
    prediction = film_result(film, NAMES, np.array(landmarks, np.float32))
    report.parent.mkdir(exist_ok=True)
    written = StructuredReportOutput(report.parent).dataset(prediction, read_source(film))
    written.save_as(report, enforce_file_format=True)


def test_our_own_reports_give_the_landmarks_back(tmp_path) -> None:
    landmarks = [[[10.25, 20.5], [70, 5], [40.125, 33]], [[1, 2], [np.nan, np.nan], [0, 47]]]
    for name, points in zip("ab", landmarks, strict=True):
        write_film(tmp_path / "films" / f"{name}.dcm")
        write_report(tmp_path / "films" / f"{name}.dcm", points, tmp_path / "reports" / f"{name}.sr.dcm")
    (tmp_path / "reports" / "notes.txt").write_text("no report")
    annotations = read_report(tmp_path / "reports", tmp_path / "films", None)
    assert annotations.landmarks == tuple(NAMES)
    assert [film.image.name for film in annotations.films] == ["a.dcm", "b.dcm"]
    assert annotations.films[0].landmarks == ((10.25, 20.5), (70, 5), (40.125, 33))
    assert annotations.films[1].landmarks == ((1, 2), None, (0, 47))


COORDINATES = st.tuples(st.integers(0, 79 * 64), st.integers(0, 47 * 64)).map(lambda pair: (pair[0] / 64, pair[1] / 64))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(points=st.lists(COORDINATES, min_size=3, max_size=3))
def test_a_report_gives_any_point_back(tmp_path, points) -> None:
    film = tmp_path / "films" / "a.dcm"
    write_film(film)
    write_report(film, points, tmp_path / "reports" / "a.sr.dcm")
    assert read_report(tmp_path / "reports", tmp_path / "films", None).films[0].landmarks == tuple(points)


def code(value: str, scheme: str, meaning: str) -> list[Dataset]:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return [item]


def content(kind: str, concept: tuple[str, str, str] | None, *children: Dataset, **elements: Any) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", kind
    if concept:
        item.ConceptNameCodeSequence = code(*concept)
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    if children:
        item.ContentSequence = list(children)
    return item


GROUP, TRACKING = ("125007", "DCM", "Measurement Group"), ("112039", "DCM", "Tracking Identifier")
FINDING, SITE = ("121071", "DCM", "Finding"), ("363698007", "SCT", "Finding Site")
OLD_SITE, COMMENT = ("G-C0E3", "SRT", "Finding Site"), ("121106", "DCM", "Comment")
CENTER, ARROW = ("111010", "DCM", "Center"), "Cornerstone3DTools@^0.1.0:ArrowAnnotate"


def image_of(film: Dataset) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = film.SOPClassUID, film.SOPInstanceUID
    return content("IMAGE", None, ReferencedSOPSequence=[reference])


def point_of(film: Dataset, *data: float, kind: str = "SCOORD") -> Dataset:
    """A point as dcmjs writes it for OHIF: what a measurement without a value is inferred from."""
    scoord = content(kind, None, image_of(film), GraphicType="POINT", GraphicData=list(data))
    return content("NUM", CENTER, scoord)


def tracked(text: str) -> Dataset:
    return content("TEXT", TRACKING, TextValue=text)


def coded(concept: tuple[str, str, str], *value: str) -> Dataset:
    return content("CODE", concept, ConceptCodeSequence=code(*value))


@pytest.fixture
def saved(tmp_path) -> Callable[..., Path]:
    """Save a report of a viewer, whose measurement groups have the given items: `saved(*groups) -> its folder`."""

    def save(*groups: list[Dataset]) -> Path:
        report = content("CONTAINER", ("126000", "DCM", "Imaging Measurement Report"))
        measured = (content("CONTAINER", GROUP, *items) for items in groups)
        report.ContentSequence = [content("CONTAINER", ("126010", "DCM", "Imaging Measurements"), *measured)]
        del report.RelationshipType
        report.file_meta = FileMetaDataset()
        report.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
        report.SOPClassUID = report.file_meta.MediaStorageSOPClassUID = uid.ComprehensiveSRStorage
        report.SOPInstanceUID = report.file_meta.MediaStorageSOPInstanceUID = uid.generate_uid()
        report.SpecificCharacterSet, report.Modality = "ISO_IR 192", "SR"
        for keyword, value in PATIENT.items():
            setattr(report, keyword, value)
        (tmp_path / "saved").mkdir(exist_ok=True)
        report.save_as(tmp_path / "saved" / "report.dcm", enforce_file_format=True)
        return tmp_path / "saved"

    return save


@pytest.fixture
def film(tmp_path) -> Dataset:
    return write_film(tmp_path / "films" / "a.dcm")


@pytest.mark.parametrize(
    "naming",
    [
        [tracked(ARROW), coded(FINDING, "CORNERSTONEFREETEXT", "CORNERSTONEJS", "left hip")],
        [
            tracked(ARROW),
            coded(SITE, "CS3DTEXT", "99dcmjs", "left hip"),
            coded(FINDING, "1", "SCT", "Anatomical point"),
        ],
        [tracked("Cornerstone3DTools@^0.1.0:Probe"), content("TEXT", COMMENT, TextValue="left hip")],
        [tracked("left hip"), coded(FINDING, "711101009", "SCT", "Anatomical point")],
        [coded(FINDING, "711101009", "SCT", "Anatomical point"), coded(OLD_SITE, "1", "SRT", "left hip")],
        [coded(FINDING, "1", "99X", "left hip")],
    ],
    ids=["free text", "free text as site", "comment", "tracking identifier", "finding site", "finding"],
)
def test_a_point_that_a_viewer_saved_is_named(saved, film, tmp_path, naming) -> None:
    """The second pair of an arrow is where its text stands, and so may a point of its own be."""
    text = content("SCOORD", ("111000", "99X", "Text Annotation Position"), image_of(film))
    text.GraphicType, text.GraphicData = "POINT", [1.0, 1.0]
    folder = saved([*naming, point_of(film, 10.75, 21.0, 30.0, 5.0), text])
    annotations = read_report(folder, tmp_path / "films", None)
    assert annotations.landmarks == ("left hip",)
    assert annotations.films[0].landmarks == ((10.25, 20.5),)


def test_lines_and_measurements_alone_are_passed_over(saved, film, tmp_path) -> None:
    line = point_of(film, 1, 2, 3, 4)
    line.ContentSequence[0].GraphicType = "POLYLINE"
    folder = saved(
        [tracked("distance"), line], [tracked("angle"), content("NUM", CENTER)], [tracked("hip"), point_of(film, 1, 2)]
    )
    assert read_report(folder, tmp_path / "films", None).landmarks == ("hip",)


def test_nothing_of_the_patient_is_told(saved, film, tmp_path) -> None:
    folder = saved([tracked("hip"), point_of(film, 1, 2)])
    (tmp_path / "films" / "a.dcm").unlink()
    with pytest.raises(DatasetError, match=r"0 films below .+ are the one it refers to, not one") as error:
        read_report(folder, tmp_path / "films", None)
    for value in (*PATIENT.values(), film.SOPInstanceUID):
        assert value not in str(error.value)


def test_groups_that_are_no_landmarks(saved, film, tmp_path) -> None:
    cases = {
        "is a second point 'hip' of one film": [[tracked("hip"), point_of(film, 1, 2)]] * 2,
        "a group has 2 points; keep one point a landmark": [
            [tracked("hip"), point_of(film, 1, 2), point_of(film, 3, 4)]
        ],
        "is a point without a label": [[tracked(ARROW), point_of(film, 1, 2)]],
        "the point 'hip' is not in pixels of a film": [[tracked("hip"), point_of(film, 1, 2, 3, kind="SCOORD3D")]],
        "has no point on a film; leave it out": [[tracked("hip")]],
        "report.dcm: cannot be read as a structured report": [[tracked("hip"), content("NUM", CENTER, image_of(film))]],
    }
    broken = cases["report.dcm: cannot be read as a structured report"][0][1].ContentSequence[0]
    broken.ValueType, broken.GraphicType = "SCOORD", "POINT"
    for sentence, groups in cases.items():
        with pytest.raises(DatasetError, match=sentence):
            read_report(saved(*groups), tmp_path / "films", None)


def test_two_reports_of_one_film(saved, film, tmp_path) -> None:
    folder = saved([tracked("hip"), point_of(film, 1, 2)])
    (folder / "second.dcm").write_bytes((folder / "report.dcm").read_bytes())
    with pytest.raises(DatasetError, match=r"second\.dcm: a\.dcm is annotated before, in .+report\.dcm; keep one"):
        read_report(folder, tmp_path / "films", None)


def test_a_folder_without_a_report(film, tmp_path) -> None:
    with pytest.raises(DatasetError, match="holds no DICOM structured report; give a report or a folder of them"):
        read_report(tmp_path / "films", None, None)


SAVED_BY_OHIF = Path(__file__).parent / "saved_by_ohif.dcm"
"""Of a SYNTHETIC film: OHIF 3.13.2 opened our report of it, one point was moved, all were saved."""


def test_a_report_that_ohif_saved_gives_the_points_back(tmp_path) -> None:
    site = load_site("pelvis")
    setting = arrange(site, 512, np.random.default_rng(1))
    sent, _ = setting.beam.project(setting.person.landmarks)
    write_film(tmp_path / "films" / "a.dcm", SOPInstanceUID=instance_uid("pelvis", 1))
    annotations = read_report(SAVED_BY_OHIF, tmp_path / "films", None)
    assert annotations.landmarks == site.landmarks
    moved, *others = np.array(annotations.films[0].landmarks) - sent
    np.testing.assert_allclose(moved, [21.1, 21.0], atol=0.1)
    np.testing.assert_allclose(others, 0, atol=0.01)
