# SPDX-License-Identifier: Apache-2.0
"""Landmarks and measurements as a DICOM Structured Report: a measurement report (TID 1500)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from highdicom import sr
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from bundle.confidence.verdict import ACCEPT, REVIEW
from bundle.coordinates import to_scoord
from bundle.errors import RadiographError
from bundle.films.film_files import MANUFACTURER, MODEL_NAME
from bundle.outputs.dicom.output import DicomOutput, stable_uid
from bundle.results.film_result import FilmResult, Model

PRIVATE_SCHEME = "99FSDAG"
UNITS = {
    "mm": codes.UCUM.Millimeter,
    "mm2": codes.UCUM.SquareMillimeter,
    "degree": codes.UCUM.Degree,
    "ratio": Code("{ratio}", "UCUM", "ratio"),
    "px": Code("{pixels}", "UCUM", "pixels"),
    "px2": Code("{square_pixels}", "UCUM", "square pixels"),
}
"""Units of measurements in UCUM (https://ucum.org); what stands in braces is an annotation of the unit 1."""

EXPECTED_ERROR = Code("expected_error", PRIVATE_SCHEME, "Expected error")
DECISION = Code("decision", PRIVATE_SCHEME, "Decision")
DECISIONS = {
    ACCEPT: Code("accept", PRIVATE_SCHEME, "Accept"),
    REVIEW: Code("review", PRIVATE_SCHEME, "Review"),
}
NOT_LOOKED_FOR = Code("landmark_not_looked_for", PRIVATE_SCHEME, "Landmark not looked for")
NOT_FOUND = Code("landmark_not_found", PRIVATE_SCHEME, "Landmark not found on the film")
REASON = Code("reason_for_review", PRIVATE_SCHEME, "Reason for review")


class StructuredReportOutput(DicomOutput):
    """`<film>.sr.dcm`: Comprehensive SR of template TID 1500.

    Whether the film is to be reviewed comes first, as the qualitative evaluation of a group (TID 1501) with its reasons
    as text. The measurements that have a value follow in another, named and coded as their file names them. Each
    landmark on the film is a planar region of interest (TID 1410) of the finding "Anatomical point", whose tracking
    identifier is the landmark's name, whose graphic data is one POINT on the film, and whose measurement is the error
    to expect. Landmarks without a region are named as text in one more group, by why: the network was trained without
    them and did not look, or it looked and they are not on the film. A network that is not calibrated expects no error
    and decides nothing.
    """

    suffix = ".sr.dcm"
    series_number = 9001
    description = "Automatic landmarks, report"

    def dataset(self, result: FilmResult, source: Dataset) -> Dataset:
        """Make the report of a film; see `DicomOutput.dataset`."""
        landmarks = result.on_film()
        if not landmarks:
            raise RadiographError(f"{result.image.name}: no landmark lies on the film; there is nothing to report")
        errors = dict(zip(result.names, _expected_errors(result), strict=True))
        report = sr.MeasurementReport(
            observation_context=_observation_context(result.model),
            procedure_reported=codes.LN.XRUnspecifiedBodyRegion,
            imaging_measurements=[
                *_confidence(result, source),
                *_measurements(result, source),
                *_without_region(result, source),
                *(_landmark(name, point, errors[name], result.model, source) for name, point in landmarks.items()),
            ],
        )
        return sr.ComprehensiveSR(
            evidence=[source], content=report[0], is_complete=True, **self.identity(result, source)
        )


def _observation_context(model: Model) -> sr.ObservationContext:
    device = sr.DeviceObserverIdentifyingAttributes(
        uid=stable_uid(model, "device"),
        name=model.name,
        manufacturer_name=MANUFACTURER,
        model_name=MODEL_NAME,
        serial_number=model.weights_sha256,
    )
    return sr.ObservationContext(observer_device_context=sr.ObserverContext(codes.DCM.Device, device))


def _landmark(
    name: str, point: np.ndarray, expected_errors: Sequence[sr.Measurement], model: Model, source: Dataset
) -> sr.PlanarROIMeasurementsAndQualitativeEvaluations:
    image = sr.SourceImageForRegion(source.SOPClassUID, source.SOPInstanceUID)
    return sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(
            uid=stable_uid(model, "landmark", source.SOPInstanceUID, name), identifier=name
        ),
        referenced_region=sr.ImageRegion(sr.GraphicTypeValues.POINT, to_scoord(point)[None], image),
        finding_type=codes.SCT.AnatomicalPoint,
        algorithm_id=_algorithm(model),
        measurements=expected_errors,
    )


def _expected_errors(result: FilmResult) -> list[list[sr.Measurement]]:
    """The error to expect of each landmark in pixels and in mm, as far as it is known."""
    return [
        [
            sr.Measurement(EXPECTED_ERROR, round(float(error), 4), UNITS[unit])
            for unit, error in zip(("px", "mm"), errors, strict=True)
            if math.isfinite(error)
        ]
        for errors in zip(result.expected_error_px, result.expected_error_mm, strict=True)
    ]


def _confidence(result: FilmResult, source: Dataset) -> list[sr.MeasurementsAndQualitativeEvaluations]:
    """The group that says whether the film is to be reviewed; none where the network is not calibrated."""
    confidence = result.confidence
    if confidence is None:
        return []
    decision = sr.QualitativeEvaluation(DECISION, DECISIONS[confidence.decision])
    group = _group_of_film("confidence", result.model, source, qualitative_evaluations=[decision])
    return [_with_texts(group, [(REASON, reason) for reason in confidence.reasons])]


def _without_region(result: FilmResult, source: Dataset) -> list[sr.MeasurementsAndQualitativeEvaluations]:
    """The group that names the landmarks without a region, and why they have none; none where all have one."""
    kinds = (NOT_LOOKED_FOR, result.not_looked_for), (NOT_FOUND, result.not_found())
    texts = [(kind, name) for kind, names in kinds for name in names]
    group = _group_of_film("landmarks without region", result.model, source)
    return [_with_texts(group, texts)] if texts else []


def _with_texts(
    group: sr.MeasurementsAndQualitativeEvaluations, texts: Sequence[tuple[Code, str]]
) -> sr.MeasurementsAndQualitativeEvaluations:
    """Texts may stand in a group of TID 1501 beside its coded evaluations, but highdicom takes none."""
    group[0].ContentSequence.extend(
        sr.TextContentItem(name, text, sr.RelationshipTypeValues.CONTAINS) for name, text in texts
    )
    return group


def _measurements(result: FilmResult, source: Dataset) -> list[sr.MeasurementsAndQualitativeEvaluations]:
    """The group of all measurements with a value; none where there is no such measurement."""
    known = [
        sr.Measurement(
            name=sr.CodedConcept(measured.definition.code, PRIVATE_SCHEME, measured.name),
            value=round(measured.value, 4),
            unit=UNITS[measured.unit],
        )
        for measured in result.measurements
        if math.isfinite(measured.value)
    ]
    return [_group_of_film("measurements", result.model, source, measurements=known)] if known else []


def _group_of_film(
    name: str, model: Model, source: Dataset, **content: Any
) -> sr.MeasurementsAndQualitativeEvaluations:
    uid = stable_uid(model, name, source.SOPInstanceUID)
    return sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(uid=uid, identifier=name.capitalize()),
        algorithm_id=_algorithm(model),
        source_images=[sr.SourceImageForMeasurementGroup(source.SOPClassUID, source.SOPInstanceUID)],
        **content,
    )


def _algorithm(model: Model) -> sr.AlgorithmIdentification:
    return sr.AlgorithmIdentification(
        name=model.name,
        version=model.version,
        family=codes.DCM.ArtificialIntelligence,
        manufacturer=MANUFACTURER,
    )
