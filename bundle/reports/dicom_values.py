# SPDX-License-Identifier: Apache-2.0
"""Values of a film's data elements, and which of them DICOM allows another object to take over."""

from __future__ import annotations

from typing import Any

from pydicom import DataElement


def values_of(element: DataElement) -> list[Any]:
    """The values of an element that is no sequence, as many as it has."""
    if element.is_empty:
        return []
    return list(element.value) if element.VM > 1 else [element.value]
