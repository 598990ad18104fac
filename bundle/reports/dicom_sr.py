# SPDX-License-Identifier: Apache-2.0
"""Landmarks and measurements as a DICOM Structured Report: a measurement report (TID 1500)."""

from __future__ import annotations

import math

import numpy as np
from highdicom import sr
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from bundle.coordinates import to_scoord
from bundle.errors import RadiographError
from bundle.reports.dicom_output import MANUFACTURER, MODEL_NAME, DicomOutput, stable_uid
from bundle.reports.prediction import Model, Prediction

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


class StructuredReportOutput(DicomOutput):
    """`<film>.sr.dcm`: Comprehensive SR of template TID 1500.

    The measurements that have a value come first, as one measurement group (TID 1501), named and coded as their file
    names them. Each landmark on the film is a planar region of interest (TID 1410) of the finding "Anatomical point",
    whose tracking identifier is the landmark's name and whose graphic data is one POINT on the film.
    """

    suffix = ".sr.dcm"
    series_number = 9001
    description = "Automatic landmarks, report"

    def dataset(self, prediction: Prediction, source: Dataset) -> Dataset:
        """Make the report of a film; see `DicomOutput.dataset`."""
        landmarks = prediction.on_film()
        if not landmarks:
            raise RadiographError(f"{prediction.image.name}: no landmark lies on the film; there is nothing to report")
        report = sr.MeasurementReport(
            observation_context=_observation_context(prediction.model),
            procedure_reported=codes.LN.XRUnspecifiedBodyRegion,
            imaging_measurements=[
                *_measurements(prediction, source),
                *(_landmark(name, point, prediction.model, source) for name, point in landmarks),
            ],
        )
        return sr.ComprehensiveSR(
            evidence=[source], content=report[0], is_complete=True, **self.identity(prediction, source)
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
    name: str, point: np.ndarray, model: Model, source: Dataset
) -> sr.PlanarROIMeasurementsAndQualitativeEvaluations:
    image = sr.SourceImageForRegion(source.SOPClassUID, source.SOPInstanceUID)
    return sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(
            uid=stable_uid(model, "landmark", source.SOPInstanceUID, name), identifier=name
        ),
        referenced_region=sr.ImageRegion(sr.GraphicTypeValues.POINT, to_scoord(point)[None], image),
        finding_type=codes.SCT.AnatomicalPoint,
        algorithm_id=_algorithm(model),
    )


def _measurements(prediction: Prediction, source: Dataset) -> list[sr.MeasurementsAndQualitativeEvaluations]:
    """The group of all measurements with a value; none where there is no such measurement."""
    known = [measured for measured in prediction.measurements if math.isfinite(measured.value)]
    if not known:
        return []
    model = prediction.model
    group = sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(
            uid=stable_uid(model, "measurements", source.SOPInstanceUID), identifier="Measurements"
        ),
        algorithm_id=_algorithm(model),
        measurements=[
            sr.Measurement(
                name=sr.CodedConcept(measured.definition.code, PRIVATE_SCHEME, measured.name),
                value=round(measured.value, 4),
                unit=UNITS[measured.unit],
            )
            for measured in known
        ],
        source_images=[sr.SourceImageForMeasurementGroup(source.SOPClassUID, source.SOPInstanceUID)],
    )
    return [group]


def _algorithm(model: Model) -> sr.AlgorithmIdentification:
    return sr.AlgorithmIdentification(
        name=model.name,
        version=model.version,
        family=codes.DCM.ArtificialIntelligence,
        manufacturer=MANUFACTURER,
    )
