# SPDX-License-Identifier: Apache-2.0
"""Millimetres per pixel of a radiograph, and which statement of its file they come from."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from bundle.films.optional_elements import UnusableError, numbers_of, value_of

if TYPE_CHECKING:
    from pydicom import Dataset

UNKNOWN_SPACING = (math.nan, math.nan)
_LEAST, _MOST = 1e-4, 100.0
_SCREENS = (72, 96)
_DOTS_PER_INCH = (*_SCREENS, 150, 300, 600)
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


def looks_like_default(spacing: tuple[float, float], dots_per_inch: tuple[int, ...] = _DOTS_PER_INCH) -> str | None:
    """Say why a spacing looks like what a program writes where nobody measured one.

    Args:
        spacing: Millimetres per pixel (sx, sy).
        dots_per_inch: Resolutions of screens and printers that nothing measures with.

    Returns:
        What it is, as the end of "..., which is", or None where a radiograph can have measured it: exactly 1 x 1 mm, or
        the dots per inch of a screen or printer in millimetres to four decimals, as a picture takes them along through
        a converter.
    """
    if spacing == (1.0, 1.0):
        return "what a converter writes where no spacing is known"
    for dots in dots_per_inch:
        if all(abs(value - 25.4 / dots) < _ROUNDED for value in spacing):
            return f"{dots} dots per inch, how a picture is to be shown or printed"
    return None


def dicom_spacing(dataset: Dataset) -> tuple[tuple[float, float], SpacingProvenance, str]:
    """Read the pixel spacing of a projection radiograph (DICOM PS3.3 10.7.1.3, C.8.11.4, C.8.7.10).

    PixelSpacing is taken where it is calibrated, that is where PixelSpacingCalibrationType says so or where it differs
    from ImagerPixelSpacing, and where it stands alone; next ImagerPixelSpacing, divided by
    EstimatedRadiographicMagnificationFactor where given; next NominalScannedPixelSpacing. What is damaged, no plausible
    length, or looks like a default and not calibrated counts as not stated. DICOM orders spacings (row, column); the
    order here is (x, y).

    Args:
        dataset: The film's data elements.

    Returns:
        Millimetres per pixel (sx, sy), NaN where unknown; their provenance; and what was left out and why, one sentence
        a line.
    """
    flaws: list[str] = []
    is_calibrated = _is_calibrated(dataset)
    pixel = _measured(dataset, "PixelSpacing", () if is_calibrated else _DOTS_PER_INCH, flaws)
    imager = _measured(dataset, "ImagerPixelSpacing", _DOTS_PER_INCH, flaws)
    if pixel is not None and (is_calibrated or (imager is not None and not np.allclose(pixel, imager, rtol=1e-3))):
        return pixel, SpacingProvenance.CALIBRATED, "\n".join(flaws)
    if imager is not None:
        spacing, provenance = _at_patient(imager, dataset, flaws)
        return spacing, provenance, "\n".join(flaws)
    if pixel is not None:
        return pixel, SpacingProvenance.UNSTATED, "\n".join(flaws)
    scanned = _measured(dataset, "NominalScannedPixelSpacing", _SCREENS, flaws)
    if scanned is not None:
        return scanned, SpacingProvenance.NOMINAL_SCANNED, "\n".join(flaws)
    return UNKNOWN_SPACING, SpacingProvenance.UNKNOWN, "\n".join(flaws)


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


def _is_calibrated(dataset: Dataset) -> bool:
    try:
        return value_of(dataset, "PixelSpacingCalibrationType") is not None
    except UnusableError:
        return False


def _measured(
    dataset: Dataset, keyword: str, defaults: tuple[int, ...], flaws: list[str]
) -> tuple[float, float] | None:
    """Spacing (x, y) of an element, None where it is missing or, with its flaw, nobody can have measured it."""
    try:
        values = numbers_of(dataset, keyword)
        if not values:
            return None
        if len(values) != 2:
            raise UnusableError(f"{keyword} has {len(values)} value(s) instead of two")
        row_spacing, column_spacing = values
        spacing = column_spacing, row_spacing
        _require_length(spacing, keyword)
        default = looks_like_default(spacing, defaults) if defaults else None
        if default is not None:
            raise UnusableError(f"{keyword} is {_stated(spacing)} mm, which is {default},")
    except UnusableError as flaw:
        flaws.append(f"{flaw} and is left out; state the spacing in dataset.json if you know it")
        return None
    return spacing


def _at_patient(
    imager: tuple[float, float], dataset: Dataset, flaws: list[str]
) -> tuple[tuple[float, float], SpacingProvenance]:
    """Spacing at the detector, corrected for the magnification where one is stated."""
    keyword = "EstimatedRadiographicMagnificationFactor"
    try:
        factors = numbers_of(dataset, keyword)
        if not factors:
            return imager, SpacingProvenance.AT_DETECTOR
        if len(factors) > 1 or factors[0] <= 0:
            raise UnusableError(f"{keyword} is not one positive number")
        corrected = imager[0] / factors[0], imager[1] / factors[0]
        _require_length(corrected, f"ImagerPixelSpacing / {keyword}")
    except UnusableError as flaw:
        flaws.append(f"{flaw} and is left out: lengths are those on the detector")
        return imager, SpacingProvenance.AT_DETECTOR
    return corrected, SpacingProvenance.MAGNIFICATION_CORRECTED


def _require_length(spacing: tuple[float, float], field: str) -> None:
    if not all(map(is_plausible, spacing)):
        raise UnusableError(f"{field} is {_stated(spacing)} mm, not {PLAUSIBLE_RANGE} as radiographs have it,")


def _stated(values: tuple[float, ...]) -> str:
    return " x ".join(f"{value:g}" for value in values)
