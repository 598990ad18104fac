# SPDX-License-Identifier: Apache-2.0
"""Content items of structured reports (PS3.3 C.17.3) as plain datasets.

highdicom has classes for them, and copies each item several times over: a report took three times as long as the film.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydicom import Dataset
from pydicom.sr.coding import Code
from pydicom.valuerep import DSfloat

CONTAINS, MODIFIER, CONTEXT = "CONTAINS", "HAS CONCEPT MOD", "HAS OBS CONTEXT"
ACQUISITION, SELECTED = "HAS ACQ CONTEXT", "SELECTED FROM"


def coded(code: Code) -> Dataset:
    """A code as an item of a code sequence."""
    return _dataset(
        {
            "CodeValue": code.value,
            "CodingSchemeDesignator": code.scheme_designator,
            "CodeMeaning": code.meaning,
        }
    )


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
    return _item("CODE", name, relationship, children, ConceptCodeSequence=[coded(value)])


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
            "MeasurementUnitsCodeSequence": [coded(unit)],
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
    named = {"ConceptNameCodeSequence": [coded(name)]} if name else {}
    below = {"ContentSequence": list(children)} if children else {}
    return _dataset({"RelationshipType": relationship, "ValueType": kind, **named, **elements, **below})


def _dataset(elements: dict[str, Any]) -> Dataset:
    made = Dataset()
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made
