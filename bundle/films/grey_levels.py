# SPDX-License-Identifier: Apache-2.0
"""From the stored values of a DICOM film to grey levels in which larger is whiter (DICOM PS3.4 N.2)."""

from __future__ import annotations

import numpy as np
from pydicom import Dataset
from pydicom.multival import MultiValue
from pydicom.pixels import apply_windowing
from pydicom.uid import XRayAngiographicImageStorage, XRayRadiofluoroscopicImageStorage

from bundle.films.optional_elements import UnusableError, number_of, value_of

FEWEST_LEVELS = 16
"""A window that leaves fewer distinct grey levels than this has lost the film and is not applied."""

_WINDOW = (
    "PhotometricInterpretation",
    "BitsStored",
    "PixelRepresentation",
    "ModalityLUTSequence",
    "RescaleSlope",
    "RescaleIntercept",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
)
"""What a window is applied by."""


def luminance(colours: np.ndarray) -> np.ndarray:
    """Reduce red, green and blue in the last axis to float32 ITU-R BT.601 luminance; a further channel is dropped."""
    red, green, blue = (colours[..., channel] for channel in range(3))
    return (0.299 * red + 0.587 * green + 0.114 * blue).astype(np.float32)


def grey_levels(stored: np.ndarray, dataset: Dataset) -> tuple[np.ndarray, list[str]]:
    """Apply modality LUT, VOI LUT or window, padding and polarity to the stored values of a MONOCHROME1 or 2 film.

    A VOI LUT goes before a window, the first of several alternatives is taken, and neither is applied where it would
    leave fewer than `FEWEST_LEVELS` levels of a film that has more. Padding becomes as dark as the darkest of the film.
    The polarity is PhotometricInterpretation's: PresentationLUTShape only repeats it in the objects that require it.
    Of these, what is damaged is left out with a warning: a film can be measured without.

    Args:
        stored: Integer stored values, at most 16 bit, any shape.
        dataset: The film's data elements.

    Returns:
        float32 grey levels of the same shape, larger is whiter; and warnings.
    """
    lowest = int(stored.min())
    offsets = stored.astype(np.int32) - lowest
    present = np.bincount(offsets.ravel()) > 0
    values = np.arange(lowest, lowest + present.size)
    warnings: list[str] = []
    padding = _padding(values, dataset, warnings)
    shown = present & ~padding if np.any(present & ~padding) else present

    levels = _levels(values, shown, dataset, warnings)
    darkest, brightest = levels[shown].min(), levels[shown].max()
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        levels = darkest + brightest - levels
    levels = np.where(padding, darkest, levels)
    return levels.astype(np.float32)[offsets], warnings


def _padding(values: np.ndarray, dataset: Dataset, warnings: list[str]) -> np.ndarray:
    try:
        padding, limit = number_of(dataset, "PixelPaddingValue"), number_of(dataset, "PixelPaddingRangeLimit")
    except UnusableError as flaw:
        warnings.append(f"{flaw}, so padding is taken for film")
        padding = limit = None
    if padding is None:
        return np.zeros(values.shape, dtype=bool)
    limit = padding if limit is None else limit
    return (values >= min(padding, limit)) & (values <= max(padding, limit))


def _levels(values: np.ndarray, shown: np.ndarray, dataset: Dataset, warnings: list[str]) -> np.ndarray:
    """Levels of all values after modality LUT and VOI LUT or window, by those that the film shows."""
    try:
        modality = _modality_levels(values, shown, dataset)
    except UnusableError as flaw:
        warnings.append(f"{flaw}, so modality LUT, VOI LUT and window are left out")
        return values
    levels = _voi_levels(modality, shown, dataset, warnings)
    if np.unique(levels[shown]).size < min(FEWEST_LEVELS, np.unique(modality[shown]).size):
        warnings.append(f"VOI LUT or window would leave fewer than {FEWEST_LEVELS} grey levels, and are left out")
        return modality
    return levels


def _modality_levels(values: np.ndarray, shown: np.ndarray, dataset: Dataset) -> np.ndarray:
    if dataset.get("SOPClassUID") in (XRayAngiographicImageStorage, XRayRadiofluoroscopicImageStorage):
        return values  # there it leads back to the X-ray intensity and is not for display (PS3.4 N.2.5)
    for item in value_of(dataset, "ModalityLUTSequence") or ():
        return _look_up(values, shown, item)
    slope, intercept = number_of(dataset, "RescaleSlope"), number_of(dataset, "RescaleIntercept")
    if slope is None or intercept is None:
        return values
    if slope == 0:
        raise UnusableError("RescaleSlope is 0")
    return values * slope + intercept


def _voi_levels(modality: np.ndarray, shown: np.ndarray, dataset: Dataset, warnings: list[str]) -> np.ndarray:
    try:
        items = value_of(dataset, "VOILUTSequence") or ()
    except UnusableError as flaw:
        warnings.append(f"{flaw}, and is left out")
        items = ()
    for item in items:
        try:
            return _look_up(modality, shown, item)
        except UnusableError as flaw:
            warnings.append(f"a VOI LUT is left out: {flaw}")
    try:
        return _windowed(modality, dataset)
    except UnusableError as flaw:
        warnings.append(f"{flaw}, so the window is left out")
        return modality


def _windowed(modality: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Apply the first window, over the range of the stored values after the modality LUT."""
    if number_of(dataset, "WindowCenter") is None or number_of(dataset, "WindowWidth") is None:
        return modality
    window = Dataset()
    for keyword in _WINDOW:
        if (value := value_of(dataset, keyword)) is not None:
            first = value[0] if isinstance(value, MultiValue) else value
            window.add_new(keyword, dataset[keyword].VR, first)
    try:
        return apply_windowing(modality, window)
    except Exception as error:  # a width or function that the standard does not allow, or a damaged element
        raise UnusableError("WindowWidth or VOILUTFunction is not one that DICOM allows") from error


def lut_entries(item: Dataset) -> np.ndarray:
    """Entries of a LUT item (PS3.3 C.11.1.1) in their order, of any depth, stored as words or as packed bytes.

    Bytes are packed only where their number is the descriptor's: of a table that is too short, what is there are words.
    """
    count, _, bits = item.LUTDescriptor
    count = count % (1 << 16) or 1 << 16
    table = item.LUTData
    if isinstance(table, bytes):
        if bits <= 8 and len(table) in (count, count + count % 2):
            return np.frombuffer(table, dtype=np.uint8)[:count]
        word = ">u2" if item.original_encoding[1] is False else "<u2"
        table = np.frombuffer(table[: len(table) // 2 * 2], dtype=word)
    return np.atleast_1d(np.asarray(table))[:count]


def _look_up(values: np.ndarray, shown: np.ndarray, item: Dataset) -> np.ndarray:
    """Entries of a table for values, those beyond it taking its ends.

    Raises:
        UnusableError: it is no table, or ends before the entries that the film needs.
    """
    try:
        table = lut_entries(item).astype(np.int64)
        count, first, _ = (int(number) for number in item.LUTDescriptor)
    except Exception as error:  # pydicom raises whatever a damaged element leads to
        raise UnusableError("LUTDescriptor and LUTData are no table") from error
    if values[0] < 0 and first >= 1 << 15:  # a negative number as an explicit encoding without sign gives it
        first -= 1 << 16
    places = np.maximum(np.rint(values).astype(np.int64) - first, 0)
    missing = table.size < (count % (1 << 16) or 1 << 16)
    if not table.size or (missing and places[shown].max() >= table.size):
        raise UnusableError("LUTData ends before the entries that the film needs")
    return table[np.minimum(places, table.size - 1)]
