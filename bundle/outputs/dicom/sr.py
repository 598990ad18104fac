# SPDX-License-Identifier: Apache-2.0
"""Landmarks and measurements as a DICOM Structured Report: a measurement report (TID 1500)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from highdicom import sr
from highdicom.coding_schemes import CodingSchemeIdentificationItem
from pydicom import Dataset, dcmread
from pydicom.charset import convert_encodings
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from bundle.films.film_files import MANUFACTURER, MODEL_NAME
from bundle.outputs.dicom import concepts, content
from bundle.outputs.dicom.film_context import image_library, procedures
from bundle.outputs.dicom.gsps import PresentationStateOutput
from bundle.outputs.dicom.output import DicomOutput, stable_uid
from bundle.outputs.dicom.secondary_capture import SecondaryCaptureOutput
from bundle.outputs.dicom.sr_groups import landmark_groups, measurement_groups, shown_measurements
from bundle.results.film_result import FilmResult, Model

_ENGLISH = Code("en-US", "RFC5646", "English (United States)")
_IDENTIFICATION = ["SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"]


class StructuredReportOutput(DicomOutput):
    """`<film>.sr.dcm`: Comprehensive 3D SR of template TID 1500.

    It is the root of a film's results and refers to the presentation state and secondary capture beside it. The film
    stands in the image library. Each landmark on the film, and each measurement whose landmarks are all on it, is a
    group with a region (TID 1410), since viewers give up a report in which a group has none. All else stands in the
    qualitative evaluations: whether the film is to be reviewed and why, and which landmarks have no place and why.
    """

    suffix = ".sr.dcm"
    series_number = 101
    description = "Automatic landmarks, report"

    def dataset(self, result: FilmResult, source: Dataset) -> Dataset:
        """Make the report of a film; see `DicomOutput.dataset`."""
        state = self._beside(PresentationStateOutput, result, source)
        capture = self._beside(SecondaryCaptureOutput, result, source)
        related = [each for each in (state, capture) if each]
        report = sr.Comprehensive3DSR(
            evidence=[source, *related],
            content=content.root(codes.DCM.ImagingMeasurementReport, "1500"),
            is_complete=True,
            coding_schemes=[_own_scheme()],
            **self.identity(result, source, *(each.SOPInstanceUID for each in related)),
        )
        # only now, since highdicom copies what it is given
        report.ContentSequence = [
            content.code(codes.DCM.LanguageOfContentItemAndDescendants, _ENGLISH, content.MODIFIER),
            *_observer(result.model),
            *(content.code(codes.DCM.ProcedureReported, each, content.MODIFIER) for each in procedures(source)),
            image_library(source),
            *_heading(
                codes.DCM.ImagingMeasurements, [*landmark_groups(result, source), *measurement_groups(result, source)]
            ),
            *_heading(concepts.QUALITATIVE_EVALUATIONS, list(_evaluations(result))),
            *_illustrations(source, state, capture),
        ]
        # else pydicom looks through all of it for elements whose kind depends on others
        report.set_original_encoding(False, True, convert_encodings(source.SpecificCharacterSet))
        return report

    def _beside(self, kind: type[DicomOutput], result: FilmResult, source: Dataset) -> Dataset | None:
        """What identifies another result of the same film and network, where it has been written."""
        other = kind(self.out_dir)
        (file,) = other.files(result)
        if not file.is_file():
            return None
        found = dcmread(file, specific_tags=_IDENTIFICATION, stop_before_pixels=True)
        return found if found.SOPInstanceUID == other.identity(result, source)["sop_instance_uid"] else None


def _own_scheme() -> CodingSchemeIdentificationItem:
    """Who answers for the codes of our scheme."""
    return CodingSchemeIdentificationItem(
        designator=concepts.PRIVATE_SCHEME,
        name=f"{MODEL_NAME}, names of landmarks",
        responsible_organization=MANUFACTURER,
    )


def _heading(name: Code, items: list[Dataset]) -> list[Dataset]:
    """A heading, unless nothing stands below it: some readers fail where nothing does."""
    return [content.container(name, items)] if items else []


def _observer(model: Model) -> Iterator[Dataset]:
    """The network, as the device that observed (TID 1004)."""
    yield content.code(codes.DCM.ObserverType, codes.DCM.Device, content.CONTEXT)
    yield content.uid(codes.DCM.DeviceObserverUID, stable_uid(model, "device"))
    texts = {
        codes.DCM.DeviceObserverName: model.name,
        codes.DCM.DeviceObserverManufacturer: MANUFACTURER,
        codes.DCM.DeviceObserverModelName: MODEL_NAME,
        codes.DCM.DeviceObserverSerialNumber: model.weights_sha256,
    }
    for name, value in texts.items():
        yield content.text(name, value, content.CONTEXT)


def _evaluations(result: FilmResult) -> Iterator[Dataset]:
    """What is said of the film as a whole."""
    if result.confidence:
        yield content.code(concepts.DECISION, concepts.DECISIONS[result.confidence.decision])
        for reason in result.confidence.reasons:
            yield content.text(concepts.REASON, reason)
    beyond = result.off_film()
    yield from (content.text(concepts.NOT_LOOKED_FOR, name) for name in result.not_looked_for)
    yield from (content.text(concepts.NOT_FOUND, name) for name in result.not_found() if name not in beyond)
    yield from (content.text(concepts.OFF_FILM, name) for name in beyond)
    shown = shown_measurements(result)
    for measured in result.measurements:
        if math.isfinite(measured.value) and measured not in shown:
            yield content.text(concepts.NOT_SHOWN, f"{measured.name}: {measured.value:.4g} {measured.unit}")


def _illustrations(film: Dataset, state: Dataset | None, capture: Dataset | None) -> Iterator[Dataset]:
    if state:
        yield content.image(codes.DCM.IllustrationOfROI, film, state=state)
    if capture:
        yield content.image(codes.DCM.IllustrationOfROI, capture)
