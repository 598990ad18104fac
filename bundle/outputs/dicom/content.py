# SPDX-License-Identifier: Apache-2.0
"""Content items of structured reports (PS3.3 C.17.3) as plain datasets.

highdicom has classes for them, and copies each item several times over: a report took three times as long as the film.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
from pydicom import DataElement, Dataset
from pydicom.charset import default_encoding
from pydicom.config import IGNORE
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_sequence
from pydicom.sr.coding import Code
from pydicom.tag import BaseTag, Tag
from pydicom.valuerep import VR, DSfloat

CONTAINS, MODIFIER, CONTEXT = "CONTAINS", "HAS CONCEPT MOD", "HAS OBS CONTEXT"
ACQUISITION, SELECTED = "HAS ACQ CONTEXT", "SELECTED FROM"


def root(name: Code, template: str) -> Dataset:
    """The heading of a whole report, as yet with nothing below it."""
    heading = container(name, [], template=template)
    del heading.RelationshipType
    heading.ContentSequence = []
    return heading


def container(
    name: Code, children: Sequence[Dataset], relationship: str = CONTAINS, template: str | None = None
) -> Dataset:
    """A heading and what stands below it."""
    elements: dict[str, Any] = {"ContinuityOfContent": "SEPARATE"}
    if template:
        elements["ContentTemplateSequence"] = [_dataset({"MappingResource": "DCMR", "TemplateIdentifier": template})]
    return _item("CONTAINER", name, relationship, children, **elements)


def code(name: Code, value: Code, relationship: str = CONTAINS, children: Sequence[Dataset] = ()) -> Dataset:
    """A value that is a code."""
    return _item("CODE", name, relationship, children, ConceptCodeSequence=value)


def text(name: Code, value: str, relationship: str = CONTAINS) -> Dataset:
    """A value in words."""
    return _item("TEXT", name, relationship, TextValue=value)


def uid(name: Code, value: str, relationship: str = CONTEXT) -> Dataset:
    """A value that is a UID."""
    return _item("UIDREF", name, relationship, UID=value)


def number(name: Code, value: float, unit: Code, relationship: str = CONTAINS) -> Dataset:
    """A number with its unit, rounded to four decimals."""
    rounded = round(float(value), 4)
    measured = _dataset(
        {
            "MeasurementUnitsCodeSequence": unit,
            "FloatingPointValue": rounded,
            "NumericValue": DSfloat(rounded, auto_format=True),
        }
    )
    return _item("NUM", name, relationship, MeasuredValueSequence=[measured])


def region(name: Code, points: np.ndarray, image: Dataset) -> Dataset:
    """Points `[N, 2]` (column, row) on an image: one POINT, or a POLYLINE through several."""
    shape = "POINT" if len(points) == 1 else "POLYLINE"
    coordinates = [float(value) for value in np.asarray(points, dtype=np.float32).ravel()]
    return _item("SCOORD", name, CONTAINS, [image], GraphicType=shape, GraphicData=coordinates)


def image(
    name: Code | None,
    instance: Dataset,
    relationship: str = CONTAINS,
    state: Dataset | None = None,
    children: Sequence[Dataset] = (),
) -> Dataset:
    """A reference to an image, shown by a presentation state where one is given."""
    reference = reference_to(instance)
    if state:
        reference.ReferencedSOPSequence = [reference_to(state)]
    return _item("IMAGE", name, relationship, children, ReferencedSOPSequence=[reference])


def reference_to(instance: Dataset) -> Dataset:
    """Class and UID of an object, as an item of a sequence of references."""
    return _dataset(
        {"ReferencedSOPClassUID": instance.SOPClassUID, "ReferencedSOPInstanceUID": instance.SOPInstanceUID}
    )


def _item(
    kind: str, name: Code | None, relationship: str, children: Sequence[Dataset] = (), **elements: Any
) -> Dataset:
    named = {"ConceptNameCodeSequence": name} if name else {}
    below = {"ContentSequence": list(children)} if children else {}
    return _dataset({"RelationshipType": relationship, "ValueType": kind, **named, **elements, **below})


def _dataset(elements: dict[str, Any]) -> Dataset:
    made = Dataset()
    for keyword, value in elements.items():
        tag, vr = _kind_of(keyword)
        made[tag] = (
            _codes(tag, value) if isinstance(value, Code) else DataElement(tag, vr, value, validation_mode=IGNORE)
        )
    made.set_original_encoding(False, True, default_encoding)  # else pydicom looks through it for ambiguous elements
    return made


@lru_cache(maxsize=4096)
def _codes(tag: BaseTag, code: Code) -> RawDataElement:
    """A sequence of one code, encoded as in a file in UTF-8: reports repeat few, and are codes for the most part."""
    item = _dataset(
        {"CodeValue": code.value, "CodingSchemeDesignator": code.scheme_designator, "CodeMeaning": code.meaning}
    )
    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = True, False
    write_sequence(stream, DataElement(tag, VR.SQ, [item]), ["utf_8"])
    encoded = stream.getvalue()
    return RawDataElement(tag, VR.SQ, len(encoded), encoded, 0, False, True)


@cache
def _kind_of(keyword: str) -> tuple[BaseTag, str]:
    """Tag and kind of an element by its keyword, which pydicom would look up for each element anew."""
    tag = Tag(keyword)
    return tag, dictionary_VR(tag)
