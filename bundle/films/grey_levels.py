# SPDX-License-Identifier: Apache-2.0
"""From the stored values of a DICOM film to grey levels in which larger is whiter (DICOM PS3.4 N.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydicom.pixels import apply_windowing
from pydicom.uid import XRayAngiographicImageStorage, XRayRadiofluoroscopicImageStorage

if TYPE_CHECKING:
    from pydicom import Dataset

FEWEST_LEVELS = 16
"""A window that leaves fewer distinct grey levels than this has lost the film and is not applied."""


def luminance(colours: np.ndarray) -> np.ndarray:
    """Reduce red, green and blue in the last axis to float32 ITU-R BT.601 luminance; a further channel is dropped."""
    red, green, blue = (colours[..., channel] for channel in range(3))
    return (0.299 * red + 0.587 * green + 0.114 * blue).astype(np.float32)


def grey_levels(stored: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Apply modality LUT, VOI LUT or window, padding and polarity to the stored values of a MONOCHROME1 or 2 film.

    A VOI LUT goes before a window, the first of several alternatives is taken, and neither is applied where it would
    leave fewer than `FEWEST_LEVELS` levels of a film that has more. Padding becomes as dark as the darkest of the film.
    The polarity is PhotometricInterpretation's: PresentationLUTShape only repeats it in the objects that require it.

    Args:
        stored: Integer stored values, at most 16 bit, any shape.
        dataset: The film's data elements.

    Returns:
        float32 grey levels of the same shape, larger is whiter.
    """
    lowest = int(stored.min())
    offsets = stored.astype(np.int32) - lowest
    present = np.bincount(offsets.ravel()) > 0
    values = np.arange(lowest, lowest + present.size)
    padding = _padding(values, dataset)
    shown = present & ~padding if np.any(present & ~padding) else present

    modality = _modality_levels(values, dataset)
    levels = _voi_levels(modality, dataset)
    if np.unique(levels[shown]).size < min(FEWEST_LEVELS, np.unique(modality[shown]).size):
        levels = modality
    darkest, brightest = levels[shown].min(), levels[shown].max()
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        levels = darkest + brightest - levels
    levels = np.where(padding, darkest, levels)
    return levels.astype(np.float32)[offsets]


def _padding(values: np.ndarray, dataset: Dataset) -> np.ndarray:
    padding = dataset.get("PixelPaddingValue")
    if padding is None:
        return np.zeros(values.shape, dtype=bool)
    limit = dataset.get("PixelPaddingRangeLimit", padding)
    return (values >= min(padding, limit)) & (values <= max(padding, limit))


def _modality_levels(values: np.ndarray, dataset: Dataset) -> np.ndarray:
    if dataset.get("SOPClassUID") in (XRayAngiographicImageStorage, XRayRadiofluoroscopicImageStorage):
        return values  # there it leads back to the X-ray intensity and is not for display (PS3.4 N.2.5)
    if dataset.get("ModalityLUTSequence"):
        return _look_up(values, dataset.ModalityLUTSequence[0])
    slope, intercept = dataset.get("RescaleSlope"), dataset.get("RescaleIntercept")
    return values if slope is None or intercept is None else values * float(slope) + float(intercept)


def _voi_levels(values: np.ndarray, dataset: Dataset) -> np.ndarray:
    if dataset.get("VOILUTSequence"):
        return _look_up(values, dataset.VOILUTSequence[0])
    if dataset.get("WindowCenter") is None or dataset.get("WindowWidth") is None:
        return values
    try:
        return apply_windowing(values, dataset)
    except ValueError:  # a width or function that the standard does not allow
        return values


def lut_entries(item: Dataset) -> np.ndarray:
    """Entries of a LUT item (PS3.3 C.11.1.1) in their order, of any depth, stored as words or as packed bytes."""
    count = item.LUTDescriptor[0] or 1 << 16
    table = item.LUTData
    if isinstance(table, bytes):
        word = ">u2" if item.original_encoding[1] is False else "<u2"
        table = np.frombuffer(table, dtype=word if len(table) >= 2 * count else np.uint8)
    return np.asarray(table)[:count]


def _look_up(values: np.ndarray, item: Dataset) -> np.ndarray:
    table = lut_entries(item)
    return table[np.clip(np.rint(values).astype(np.int64) - item.LUTDescriptor[1], 0, len(table) - 1)]
