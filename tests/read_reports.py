# SPDX-License-Identifier: Apache-2.0
"""Structured reports as highdicom reads them, in words of the tests."""

from __future__ import annotations

from typing import Any

import highdicom
import numpy as np
from pydicom import Dataset
from pydicom.sr.coding import Code

from bundle.coordinates import from_scoord
from bundle.outputs.dicom.concepts import QUALITATIVE_EVALUATIONS
from bundle.outputs.dicom.sr import StructuredReportOutput
from bundle.results.film_result import FilmResult


def written(prediction: FilmResult) -> highdicom.sr.Comprehensive3DSR:
    folder = prediction.image.parent / "out"
    StructuredReportOutput(folder)(prediction)
    return highdicom.sr.srread(folder / f"{prediction.name}.sr.dcm")


def groups(report: Dataset, graphic_type: str) -> list:
    kind = highdicom.sr.GraphicTypeValues(graphic_type)
    return report.content.get_planar_roi_measurement_groups(graphic_type=kind)


def landmarks(report: Dataset) -> dict[str, np.ndarray]:
    return {group.tracking_identifier: from_scoord(group.roi.value)[0] for group in groups(report, "POINT")}


def evaluations(report: Dataset) -> list[tuple[Code, Any]]:
    """What is said of the film as a whole: concept, and text or code."""
    containers = [item for item in report.content[0].ContentSequence if item.name == QUALITATIVE_EVALUATIONS]
    return [(item.name, item.value) for container in containers for item in container.ContentSequence]
