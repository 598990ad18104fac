# SPDX-License-Identifier: Apache-2.0
"""Millimetres per pixel of a radiograph, and which statement of its file they come from."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from bundle.errors import RadiographError

if TYPE_CHECKING:
    from pydicom import Dataset

UNKNOWN_SPACING = (math.nan, math.nan)
_LEAST, _MOST = 1e-4, 100.0
_DOTS_PER_INCH = (72, 96, 150, 300, 600)
_ROUNDED = 6e-5
PLAUSIBLE_RANGE = f"between {_LEAST:g} and {_MOST:g}"
"""Of mm per pixel, in words for an error message."""


class SpacingProvenance(StrEnum):
    """What a pixel spacing means: a length in the patient, on the detector, on a scanned film, or nothing known."""

    CALIBRATED = "PixelSpacing, calibrated"
    UNSTATED = "PixelSpacing, calibration not stated"
    MAGNIFICATION_CORRECTED = "ImagerPixelSpacing, corrected for magnification"
    AT_DETECTOR = "ImagerPixelSpacing, at detector"
    NOMINAL_SCANNED = "NominalScannedPixelSpacing"
    IMAGE_HEADER = "image header"
    DATASET = "dataset.json"
    UNKNOWN = "unknown"


def is_plausible(spacing: float) -> bool:
    """Whether a radiograph can have so many mm per pixel; beyond it a unit was mistaken or a field is damaged."""
    return _LEAST <= spacing <= _MOST


def looks_like_default(spacing: tuple[float, float]) -> str | None:
    """Say why a spacing looks like what a program writes where nobody measured one.

    Args:
        spacing: Millimetres per pixel (sx, sy).

    Returns:
        What it is, as the end of "..., which is", or None where a radiograph can have measured it: exactly 1 x 1 mm, or
        the dots per inch of a screen or printer in millimetres to four decimals, as a picture takes them along through
        a converter.
    """
    if spacing == (1.0, 1.0):
        return "what a converter writes where no spacing is known"
    for dots in _DOTS_PER_INCH:
        if all(abs(value - 25.4 / dots) < _ROUNDED for value in spacing):
            return f"{dots} dots per inch, how a picture is to be shown or printed"
    return None


def dicom_spacing(dataset: Dataset, name: str) -> tuple[tuple[float, float], SpacingProvenance]:
    """Read the pixel spacing of a projection radiograph (DICOM PS3.3 10.7.1.3, C.8.11.4, C.8.7.10).

    PixelSpacing is taken where it is calibrated, that is where PixelSpacingCalibrationType says so or where it differs
    from ImagerPixelSpacing, and where it stands alone, unless it is then exactly 1 x 1 mm, which converters write where
    nothing was stated; next ImagerPixelSpacing, divided by
    EstimatedRadiographicMagnificationFactor where given; next NominalScannedPixelSpacing. DICOM orders spacings
    (row, column); the order here is (x, y).

    Args:
        dataset: The film's data elements.
        name: File name for the error message.

    Returns:
        Millimetres per pixel (sx, sy), NaN where unknown, and their provenance.

    Raises:
        RadiographError: a spacing or the magnification factor is no number, or no plausible one.
    """
    pixel = _spacing_element(dataset, "PixelSpacing", name)
    imager = _spacing_element(dataset, "ImagerPixelSpacing", name)
    if pixel is not None:
        if dataset.get("PixelSpacingCalibrationType") or (
            imager is not None and not np.allclose(pixel, imager, rtol=1e-3)
        ):
            return pixel, SpacingProvenance.CALIBRATED
        if imager is None:
            return _unless_default(pixel, SpacingProvenance.UNSTATED)
    if imager is not None:
        magnification = _magnification(dataset, name)
        if magnification is not None:
            corrected = (imager[0] / magnification, imager[1] / magnification)
            _require_length(corrected, "ImagerPixelSpacing / EstimatedRadiographicMagnificationFactor", name)
            return corrected, SpacingProvenance.MAGNIFICATION_CORRECTED
        return imager, SpacingProvenance.AT_DETECTOR
    scanned = _spacing_element(dataset, "NominalScannedPixelSpacing", name)
    if scanned is not None:
        return scanned, SpacingProvenance.NOMINAL_SCANNED
    return UNKNOWN_SPACING, SpacingProvenance.UNKNOWN


def header_spacing(spacing: tuple[float, float], field: str) -> tuple[tuple[float, float], SpacingProvenance, str]:
    """Judge the spacing that a NIfTI or MetaImage header states.

    Args:
        spacing: Millimetres per pixel (sx, sy) as stored.
        field: Name of the header field for the warning.

    Returns:
        Millimetres per pixel (sx, sy), NaN where unknown; their provenance; and why they are unknown, a sentence.
    """
    if not all(map(is_plausible, spacing)):
        why = f"not {PLAUSIBLE_RANGE} mm, as radiographs have it"
    elif (default := looks_like_default(spacing)) is not None:
        why = f"which is {default}"
    else:
        return spacing, SpacingProvenance.IMAGE_HEADER, ""
    warning = (
        f"{field} is {_stated(spacing)}, {why}, so the spacing is unknown; state it in dataset.json if it is right"
    )
    return UNKNOWN_SPACING, SpacingProvenance.UNKNOWN, warning


def _unless_default(
    spacing: tuple[float, float], provenance: SpacingProvenance
) -> tuple[tuple[float, float], SpacingProvenance]:
    if spacing == (1.0, 1.0):
        return UNKNOWN_SPACING, SpacingProvenance.UNKNOWN
    return spacing, provenance


def _spacing_element(dataset: Dataset, keyword: str, name: str) -> tuple[float, float] | None:
    values = _numbers(dataset, keyword, name)
    if not values:
        return None
    if len(values) != 2:
        raise RadiographError(
            f"{name}: {keyword} has {len(values)} value(s); store row and column spacing, or delete the field"
        )
    _require_length(values, keyword, name)
    row_spacing, column_spacing = values
    return column_spacing, row_spacing


def _magnification(dataset: Dataset, name: str) -> float | None:
    keyword = "EstimatedRadiographicMagnificationFactor"
    values = _numbers(dataset, keyword, name)
    if not values:
        return None
    if len(values) > 1:
        raise RadiographError(f"{name}: {keyword} has {len(values)} values; store one, or delete the field")
    _require_positive(values, keyword, name)
    return values[0]


def _numbers(dataset: Dataset, keyword: str, name: str) -> tuple[float, ...]:
    """Values of an element, none where it is missing or empty."""
    try:
        value = dataset.get(keyword)
        if value is None or value == "":
            return ()
        return tuple(float(number) for number in value) if hasattr(value, "__iter__") else (float(value),)
    except (TypeError, ValueError) as error:  # not quoted: a damaged element may hold bytes of its neighbour, a name
        raise RadiographError(
            f"{name}: {keyword} is not a number with a decimal point; correct the field, or delete it where unknown"
        ) from error


def _require_positive(values: tuple[float, ...], field: str, name: str) -> None:
    if not all(math.isfinite(value) and value > 0 for value in values):
        raise RadiographError(
            f"{name}: {field} is {_stated(values)}, not a positive number; "
            "correct the field, or delete it where unknown"
        )


def _require_length(values: tuple[float, ...], field: str, name: str) -> None:
    _require_positive(values, field, name)
    if not all(map(is_plausible, values)):
        raise RadiographError(
            f"{name}: {field} is {_stated(values)} mm, not {PLAUSIBLE_RANGE}, as no radiograph has it; "
            "correct the field, or delete it where unknown"
        )


def _stated(values: tuple[float, ...]) -> str:
    return " x ".join(f"{value:g}" for value in values)
