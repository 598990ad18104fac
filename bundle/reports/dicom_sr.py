# SPDX-License-Identifier: Apache-2.0
"""Landmarks as a DICOM Structured Report: a measurement report (TID 1500) with a point region for each landmark."""

from __future__ import annotations

import numpy as np
from highdicom import sr
from pydicom import Dataset
from pydicom.sr.codedict import codes

from bundle.coordinates import to_scoord
from bundle.errors import RadiographError
from bundle.reports.dicom_output import MANUFACTURER, MODEL_NAME, DicomOutput, stable_uid
from bundle.reports.prediction import Model, Prediction


class StructuredReportOutput(DicomOutput):
    """`<film>.sr.dcm`: Comprehensive SR of template TID 1500.

    Each landmark on the film is a planar region of interest (TID 1410) of the finding "Anatomical point", whose
    tracking identifier is the landmark's name and whose graphic data is one POINT on the film.
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
            imaging_measurements=[_landmark(name, point, prediction.model, source) for name, point in landmarks],
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
        algorithm_id=sr.AlgorithmIdentification(
            name=model.name,
            version=model.version,
            parameters=[f"SHA-256 of the weights: {model.weights_sha256}"],
            family=codes.DCM.ArtificialIntelligence,
            manufacturer=MANUFACTURER,
        ),
    )
