# SPDX-License-Identifier: Apache-2.0
"""Landmarks as a DICOM presentation state: crosses and names drawn on the film, for viewers without SR."""

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
from bundle.outputs.dicom.label_layout import place_names
from bundle.outputs.dicom.output import DicomOutput, laterality
from bundle.results.film_result import FilmResult

_PIXEL, _DISPLAY = pr.AnnotationUnitsValues.PIXEL, pr.AnnotationUnitsValues.DISPLAY
_ARM = 1 / 80
"""Length of an arm of a cross as a share of the film's longer side."""
WARNING = "AI, not verified, research only"
_WARNING_BOX = (0.01, 0.005, 0.5, 0.035)
"""Left, top, right and bottom of the warning as shares of what is displayed."""


class PresentationStateOutput(DicomOutput):
    """`<film>.pr.dcm`: Grayscale Softcopy Presentation State, or Color Softcopy Presentation State of a film in colour.

    A grey film is shown as by itself: its modality LUT, VOI LUT or windows and polarity are those of the state, which
    has no window of its own.
    """

    suffix = ".pr.dcm"
    series_number = 102
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
    points = {name: to_scoord(point) for name, point in result.on_film().items()}
    boxes = place_names(points, result.size, np.array(_WARNING_BOX) * np.tile(result.size, 2))
    warning = pr.TextObject(
        WARNING, _DISPLAY, bounding_box=_WARNING_BOX, text_justification=pr.TextJustificationValues.LEFT
    )
    return pr.GraphicAnnotation(
        referenced_images=[source],
        graphic_layer=layer,
        graphic_objects=[line for point in points.values() for line in _cross(point, result.size)],
        text_objects=[warning, *(_name(name, points[name], box) for name, box in boxes.items())],
    )


def _cross(point: np.ndarray, size: tuple[int, int]) -> list[pr.GraphicObject]:
    """A line from left to right and one from above to below through a point [2], as far as the film goes."""
    arm = max(_ARM * max(size), 1.5)
    arms = np.array([[[-arm, 0], [arm, 0]], [[0, -arm], [0, arm]]])
    return [pr.GraphicObject(pr.GraphicTypeValues.POLYLINE, np.clip(point + line, 0, size), _PIXEL) for line in arms]


def _name(name: str, point: np.ndarray, box: np.ndarray) -> pr.TextObject:
    """A landmark's name in its box [4], with a line to its point [2] where a viewer draws one."""
    left, top, right, bottom = (float(edge) for edge in box)
    text = pr.TextObject(
        name,
        _PIXEL,
        bounding_box=(left, top, right, bottom),
        text_justification=pr.TextJustificationValues.LEFT if left >= point[0] else pr.TextJustificationValues.RIGHT,
    )
    text.AnchorPoint, text.AnchorPointAnnotationUnits = [float(value) for value in point], _PIXEL.value
    text.AnchorPointVisibility = "Y"
    return text


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
