# SPDX-License-Identifier: Apache-2.0
"""The overlay picture as a DICOM secondary capture, for archives and viewers that know nothing but images."""

from __future__ import annotations

import re

import numpy as np
from highdicom.sc import SCImage
from pydicom import Dataset

from bundle.drawing.overlay import overlay_picture
from bundle.outputs.dicom.output import DicomOutput, laterality
from bundle.outputs.dicom.values import values_of
from bundle.results.film_result import FilmResult

_DIRECTION = re.compile("[APRLHF]{1,3}")
TITLE = "automatic landmarks, research only"


class SecondaryCaptureOutput(DicomOutput):
    """`<film>.sc.dcm`: Secondary Capture Image of the overlay in RGB, without spacing: it is no image to measure in."""

    suffix = ".sc.dcm"
    series_number = 103
    description = "Automatic landmarks, picture"

    def dataset(self, result: FilmResult, source: Dataset) -> Dataset:
        """Make the secondary capture of a film; see `DicomOutput.dataset`."""
        capture = SCImage(
            pixel_array=np.asarray(overlay_picture(result, TITLE)),
            photometric_interpretation="RGB",
            bits_allocated=8,
            coordinate_system="PATIENT",
            study_instance_uid=source.StudyInstanceUID,
            patient_orientation=("L", "F"),
            specific_character_set=source.SpecificCharacterSet,
            **self.identity(result, source),
        )
        capture.copy_patient_and_study_information(source)
        capture.Laterality = laterality(source)
        capture.PatientOrientation = _orientation(source)
        if source.get("BurnedInAnnotation") in ("YES", "NO"):
            capture.BurnedInAnnotation = source.BurnedInAnnotation
        return capture


def _orientation(source: Dataset) -> list[str]:
    """Directions of row and column in letters (PS3.3 C.7.6.1.1.1), where the film states both; else none."""
    directions = [str(value) for value in values_of(source.setdefault("PatientOrientation", ""))]
    stated = len(directions) == 2 and all(_DIRECTION.fullmatch(direction) for direction in directions)
    return directions if stated else []
