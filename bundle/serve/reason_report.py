# SPDX-License-Identifier: Apache-2.0
"""Why a film has no results, as a DICOM report that any viewer of reports shows: Basic Text SR (PS3.3 A.35.1)."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from pydicom import Dataset, FileMetaDataset
from pydicom.config import disable_value_validation
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import BasicTextSRStorage, ExplicitVRLittleEndian

import bundle
from bundle.films.film_files import MANUFACTURER, MODEL_NAME
from bundle.outputs.dicom.output import moment, stable_uid
from bundle.outputs.dicom.values import is_allowed
from bundle.results.film_result import Model

_PRIVATE = "99FSDAG"
_TITLE = Code("no_landmarks", _PRIVATE, "Automatic landmarks: no result")
_REASON = Code("reason", _PRIVATE, "Reason")
_SERIES_NUMBERS, _NUMBERS = 104, 10**7
"""The first three digits of a series number, after those of `DicomOutput`, and how many begin so."""
_TAKEN_OVER = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
)
"""Of patient and study: what every object has, be it empty (type 2)."""
_POINTED_AT = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
"""Without which a report cannot say what it is about."""
ELEMENTS = (*_POINTED_AT, *_TAKEN_OVER, "TimezoneOffsetFromUTC", "LongitudinalTemporalInformationModified")
"""What a report rests on."""


def can_be_reported(film: Mapping[str, Any]) -> bool:
    """Whether enough of a film is known for a report about it."""
    return all(film.get(keyword) for keyword in _POINTED_AT)


def reason_report(film: Mapping[str, Any], model: Model, reason: str) -> bytes:
    """Make the report of a film that has no results.

    It rests on nothing but the elements that the archive itself could read, since the film may be damaged.

    Args:
        film: Elements of the film by keyword, as text.
        model: What the film was for.
        reason: One sentence, which names no patient.

    Returns:
        A DICOM file. Its UIDs follow from those of the film, the model and the reason.
    """
    report = Dataset()
    report.SpecificCharacterSet = "ISO_IR 192"
    uid = str(film["SOPInstanceUID"])
    report.SOPClassUID = BasicTextSRStorage
    report.SOPInstanceUID = stable_uid(model, "reason", "instance", uid, reason)
    report.SeriesInstanceUID = stable_uid(model, "reason", "series", uid, reason)
    report.StudyInstanceUID = str(film["StudyInstanceUID"])
    with disable_value_validation(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # which quote the patient's name
        for keyword in _TAKEN_OVER:
            setattr(report, keyword, str(film.get(keyword) or ""))
            if not is_allowed(report[keyword]):
                setattr(report, keyword, "")
        _describe(report, film, model)
        report.SeriesNumber = _SERIES_NUMBERS * _NUMBERS + int(report.SeriesInstanceUID.rpartition(".")[2]) % _NUMBERS
        _say(report, film, model, reason)
        return _encoded(report)


def _describe(report: Dataset, film: Mapping[str, Any], model: Model) -> None:
    date, time, zone = moment(film)
    report.Modality, report.InstanceNumber = "SR", 1
    if zone is not None:
        report.TimezoneOffsetFromUTC = zone
    report.SeriesDescription = "Automatic landmarks, no result"
    report.SeriesDate = report.ContentDate = date
    report.SeriesTime = report.ContentTime = time
    report.Manufacturer, report.ManufacturerModelName = MANUFACTURER, MODEL_NAME
    report.SoftwareVersions, report.DeviceSerialNumber = bundle.__version__, model.weights_sha256
    report.CompletionFlag, report.VerificationFlag = "COMPLETE", "UNVERIFIED"
    report.ReferencedPerformedProcedureStepSequence, report.PerformedProcedureCodeSequence = [], []


def _say(report: Dataset, film: Mapping[str, Any], model: Model, reason: str) -> None:
    """Fill in the content: who observed, which film, and why it has no results."""
    reference = Dataset()
    reference.ReferencedSOPClassUID = str(film["SOPClassUID"])
    reference.ReferencedSOPInstanceUID = str(film["SOPInstanceUID"])
    series, study = Dataset(), Dataset()
    series.SeriesInstanceUID, series.ReferencedSOPSequence = str(film["SeriesInstanceUID"]), [reference]
    study.StudyInstanceUID, study.ReferencedSeriesSequence = str(film["StudyInstanceUID"]), [series]
    report.CurrentRequestedProcedureEvidenceSequence = [study]
    report.ValueType, report.ContinuityOfContent = "CONTAINER", "SEPARATE"
    report.ConceptNameCodeSequence = [_coded(_TITLE)]
    observer = _item("CODE", "HAS OBS CONTEXT", codes.DCM.ObserverType)
    observer.ConceptCodeSequence = [_coded(codes.DCM.Device)]
    device = _item("UIDREF", "HAS OBS CONTEXT", codes.DCM.DeviceObserverUID)
    device.UID = stable_uid(model, "device")
    image = _item("IMAGE", "CONTAINS", codes.DCM.SourceImage)
    image.ReferencedSOPSequence = [reference]
    text = _item("TEXT", "CONTAINS", _REASON)
    text.TextValue = reason
    report.ContentSequence = [observer, device, text, image]


def _item(value_type: str, relationship: str, name: Code) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType, item.ConceptNameCodeSequence = relationship, value_type, [_coded(name)]
    return item


def _coded(code: Code) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code.value, code.scheme_designator, code.meaning
    return item


def _encoded(report: Dataset) -> bytes:
    report.file_meta = FileMetaDataset()
    report.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    stream = BytesIO()
    report.save_as(stream, enforce_file_format=True)
    return stream.getvalue()
