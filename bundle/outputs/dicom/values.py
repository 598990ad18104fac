# SPDX-License-Identifier: Apache-2.0
"""Values of a film's data elements, and which of them DICOM allows another object to take over."""

from __future__ import annotations

from typing import Any
from unicodedata import category

from pydicom import DataElement, Dataset
from pydicom.config import RAISE
from pydicom.datadict import dictionary_has_tag, dictionary_VM, dictionary_VR
from pydicom.valuerep import DA, STR_VR, VR, validate_value

_CONTROLS: dict[str, frozenset[str]] = dict.fromkeys((VR.LT, VR.ST, VR.UT), frozenset("\t\n\f\r"))
"""Control characters that texts of several lines may have; in others there is none."""
_MOST_NAME_PARTS = 5
_EMPTY_SEQUENCES = {"PatientBreedCodeSequence", "BreedRegistrationSequence"}
"""Those of patient and study that may be empty (type 2C)."""
_DEIDENTIFICATION = ("DeidentificationMethod", "DeidentificationMethodCodeSequence")
"""Without one of which PatientIdentityRemoved may not be YES (type 1C)."""


def values_of(element: DataElement) -> list[Any]:
    """The values of an element that is no sequence, as many as it has."""
    if element.is_empty:
        return []
    return list(element.value) if element.VM > 1 else [element.value]


def is_allowed(element: DataElement) -> bool:
    """Tell whether an element, with all that it contains, has the kind, number and form of values that DICOM allows.

    pydicom's own validation passes over names it has decoded, control characters, ranges of dates, which only queries
    may have, and the number of values.
    """
    if dictionary_has_tag(element.tag) and element.VR not in dictionary_VR(element.tag).split(" or "):
        return False
    if element.VR == VR.SQ:
        return all(is_allowed(inner) for item in element.value for inner in item)
    values = values_of(element)
    if len(values) > 1 and dictionary_has_tag(element.tag) and dictionary_VM(element.tag) == "1":
        return False
    return element.VR not in STR_VR or all(_is_allowed_text(str(value), element.VR) for value in values)


def leave_out_faulty(result: Dataset, film: Dataset) -> list[str]:
    """Take out of an object what it took over from a film and DICOM does not allow.

    Returns:
        Keywords of what was taken out; a sequence without items held nothing and is not among them.
    """
    taken_over = [element for element in result if element.tag in film and film[element.tag] is element]
    faulty = [element for element in taken_over if not is_allowed(element)]
    empty = [element for element in taken_over if element.VR == VR.SQ and not element.value]
    for element in [*faulty, *(sequence for sequence in empty if sequence.keyword not in _EMPTY_SEQUENCES)]:
        del result[element.tag]
    left_out = [element.keyword for element in faulty]
    if result.get("PatientIdentityRemoved") == "YES" and not any(keyword in result for keyword in _DEIDENTIFICATION):
        del result.PatientIdentityRemoved
        left_out.append("PatientIdentityRemoved")
    return left_out


def _is_allowed_text(text: str, vr: str) -> bool:
    try:
        validate_value(vr, text, RAISE)
        if vr == VR.DA:
            DA(text)  # which knows the calendar
    except ValueError:
        return False
    if vr in (VR.DA, VR.TM):
        return "-" not in text
    if vr == VR.PN and any(group.count("^") >= _MOST_NAME_PARTS for group in text.split("=")):
        return False
    return {sign for sign in text if category(sign) == "Cc"} <= _CONTROLS.get(vr, frozenset())
