# SPDX-License-Identifier: Apache-2.0
"""Modality LUT and VOI LUT or windows of a grey film, as far as a presentation state may repeat them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydicom import DataElement, Dataset
from pydicom.valuerep import VR

from bundle.films.grey_levels import lut_entries
from bundle.outputs.dicom.values import is_allowed, values_of

_RESCALE = ("RescaleIntercept", "RescaleSlope", "RescaleType")
_WINDOWS = ("WindowCenter", "WindowWidth", "WindowCenterWidthExplanation", "VOILUTFunction")
_NARROWEST = {"LINEAR": 1.0, "LINEAR_EXACT": np.nextafter(0, 1), "SIGMOID": np.nextafter(0, 1)}
"""Least width of a window by its function (PS3.3 C.11.2.1.2)."""
_SOFTCOPY_BITS = (8, 16)
"""Depths of a VOI LUT in a presentation state (PS3.3 C.11.8); that of a film may be any from 8 to 16."""


def take_modality_lut(film: Dataset) -> Dataset:
    """Take the modality LUT, or slope and intercept, out of a film; one without the other counts as neither."""
    table, rescale = _taken(film, ["ModalityLUTSequence"]), _taken(film, _RESCALE)
    if table.get("ModalityLUTSequence"):
        return table
    if not ("RescaleSlope" in rescale and "RescaleIntercept" in rescale):
        return Dataset()
    rescale.setdefault("RescaleType", "US")
    return rescale


def take_voi_lut(film: Dataset) -> Dataset:
    """Take VOI LUTs and windows out of a film.

    What the standard does not allow, and the reader does not apply either, is left out: the film then is shown in its
    full range.
    """
    tables, windows = _taken(film, ["VOILUTSequence"]), _taken(film, _WINDOWS)
    shown = windows if _are_windows(windows) else Dataset()
    items = [item for item in tables.get("VOILUTSequence", []) if _is_softcopy(item)]
    if items:
        shown.VOILUTSequence = items
    return shown


def _taken(film: Dataset, keywords: Sequence[str]) -> Dataset:
    """Take elements out of a dataset, and give those that have a value which DICOM allows."""
    taken = Dataset()
    for keyword in keywords:
        if keyword in film:
            if not film[keyword].is_empty and is_allowed(film[keyword]):
                taken.add(film[keyword])
            del film[keyword]
    return taken


def _are_windows(windows: Dataset) -> bool:
    narrowest = _NARROWEST.get(windows.get("VOILUTFunction", "LINEAR"))
    if narrowest is None or "WindowCenter" not in windows or "WindowWidth" not in windows:
        return False
    centers, widths = (values_of(windows[keyword]) for keyword in ("WindowCenter", "WindowWidth"))
    return len(centers) == len(widths) and min(widths) >= narrowest


def _is_softcopy(item: Dataset) -> bool:
    """Bring a VOI LUT to a depth that a presentation state may have; False where it is no table."""
    try:
        count, first, bits = item.LUTDescriptor
        entries = lut_entries(item)
    except (AttributeError, TypeError, ValueError):
        return False
    if len(entries) < (count or 1 << 16) or not 8 <= bits <= 16:
        return False
    if bits not in _SOFTCOPY_BITS:
        most = (1 << bits) - 1
        scaled = np.rint(np.minimum(entries, most) * (65_535 / most)).astype("<u2")
        item.LUTDescriptor = [count, first, 16]
        item["LUTData"] = DataElement("LUTData", VR.OW, scaled.tobytes())
    return True
