# SPDX-License-Identifier: Apache-2.0
"""Landmarks as a DICOM presentation state: points and names that a viewer draws on the film, for viewers without SR."""

from __future__ import annotations

from fractions import Fraction
from importlib import resources
from typing import Any

import highdicom
import numpy as np
from highdicom import pr
from pydicom import Dataset
from pydicom.uid import XRayAngiographicImageStorage, XRayRadiofluoroscopicImageStorage

from bundle.coordinates import to_scoord
from bundle.errors import RadiographError
from bundle.outputs.dicom.grey import take_modality_lut, take_voi_lut
from bundle.outputs.dicom.output import DicomOutput, laterality
from bundle.results.film_result import FilmResult

_PIXEL = pr.AnnotationUnitsValues.PIXEL
_LINES = 64
"""Lines of text that would fill the film's longer side."""


class PresentationStateOutput(DicomOutput):
    """`<film>.pr.dcm`: Grayscale Softcopy Presentation State, or Color Softcopy Presentation State of a film in colour.

    A grey film is shown as by itself: its modality LUT, VOI LUT or windows and polarity are those of the state.
    """

    suffix = ".pr.dcm"
    series_number = 9002
    description = "Automatic landmarks, presentation"

    def dataset(self, result: FilmResult, source: Dataset) -> Dataset:
        """Make the presentation state of a film; see `DicomOutput.dataset`."""
        if not result.on_film():
            raise RadiographError(f"{result.image.name}: no landmark lies on the film; there is nothing to draw")
        layer = pr.GraphicLayer("LANDMARKS", order=1, description="Automatic landmarks")
        settings: dict[str, Any] = {
            "referenced_images": [source],
            "content_label": "LANDMARKS",
            "content_description": "Automatic landmarks",
            "graphic_layers": [layer],
            "graphic_annotations": [_annotation(result, source, layer)],
            **self.identity(result, source),
        }
        if source.PhotometricInterpretation == "PALETTE COLOR":
            raise RadiographError(
                f"{result.image.name}: no presentation state can refer to a film in PALETTE COLOR; "
                "choose secondary_capture for it"
            )
        if source.SamplesPerPixel == 1:
            state = _grey_state(source, settings)
        else:
            state = pr.ColorSoftcopyPresentationState(icc_profile=source.get("ICCProfile") or _srgb(), **settings)
        state.Laterality = laterality(source)
        (area,) = state.DisplayedAreaSelectionSequence
        area.PresentationPixelAspectRatio = _aspect_ratio(result)
        return state


def _annotation(result: FilmResult, source: Dataset, layer: pr.GraphicLayer) -> pr.GraphicAnnotation:
    points = [(name, to_scoord(point)) for name, point in result.on_film().items()]
    return pr.GraphicAnnotation(
        referenced_images=[source],
        graphic_layer=layer,
        graphic_objects=[pr.GraphicObject(pr.GraphicTypeValues.POINT, point[None], _PIXEL) for _, point in points],
        text_objects=[_name(name, point, result.size) for name, point in points],
    )


def _name(name: str, point: np.ndarray, size: tuple[int, int]) -> pr.TextObject:
    """A landmark's name close to its point [2], right of it, or left of it where the film ends before the name does.

    Of a name merely anchored at its point, viewers choose the place: far off, over other points, beyond the film.
    """
    columns, rows = size
    height = min(max(size) / _LINES, rows)
    width = min(0.5 * height * len(name), columns / 2)
    x, y = (float(coordinate) for coordinate in point)
    fits = x + height + width < columns
    left = x + height if fits else max(x - height - width, 0)
    top = min(max(y - height / 2, 0), rows - height)
    return pr.TextObject(
        name,
        _PIXEL,
        bounding_box=(left, top, left + width, min(top + height, rows)),
        text_justification=pr.TextJustificationValues.LEFT if fits else pr.TextJustificationValues.RIGHT,
    )


def _grey_state(source: Dataset, settings: dict[str, Any]) -> Dataset:
    modality_lut, voi_lut = take_modality_lut(source), take_voi_lut(source)
    # here highdicom looks for them in images of a class that may have several frames
    source.SharedFunctionalGroupsSequence = source.PerFrameFunctionalGroupsSequence = [Dataset()]
    shape = "INVERSE" if source.PhotometricInterpretation == "MONOCHROME1" else "IDENTITY"
    polarity = highdicom.PresentationLUTTransformation(presentation_lut_shape=shape)
    state = pr.GrayscaleSoftcopyPresentationState(presentation_lut_transformation=polarity, **settings)
    if source.SOPClassUID not in (XRayAngiographicImageStorage, XRayRadiofluoroscopicImageStorage):
        # in those it leads back to the X-ray intensity and is not for display (PS3.4 N.2.5)
        state.update(modality_lut)
    if len(voi_lut):
        state.SoftcopyVOILUTSequence = [voi_lut]
    return state


def _srgb() -> bytes:
    """ICC profile of sRGB, in which a film in colour without a profile of its own is taken to be."""
    return (resources.files(highdicom) / "_icc_profiles" / "sRGB_v4_ICC_preference.icc").read_bytes()


def _aspect_ratio(result: FilmResult) -> list[int]:
    """Height and width of a pixel as integers of that ratio; 1, 1 where the spacing is unknown."""
    width, height = result.spacing
    ratio = Fraction(float(height / width) if np.isfinite(height / width) else 1).limit_denominator(10_000)
    return [ratio.numerator, ratio.denominator]
