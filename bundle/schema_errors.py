# SPDX-License-Identifier: Apache-2.0
"""What pydantic finds wrong with a file, in words for one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from reprlib import repr as shortened

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_KINDS = {
    "string_type": "text",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "fields with values",
    "dataclass_type": "fields with values",
    "model_type": "fields with values",
    "model_attributes_type": "fields with values",
}
_UNKNOWN_FIELD = ("unexpected_keyword_argument", "extra_forbidden")


def first_fault(error: ValidationError) -> tuple[tuple[int | str, ...], str]:
    """Where the first fault is and what it is; a field that does not exist before one that is missing."""
    faults = error.errors(include_url=False)
    return _placed(next((each for each in faults if each["type"] in _UNKNOWN_FIELD), faults[0]))


def all_faults(error: ValidationError) -> list[tuple[tuple[int | str, ...], str]]:
    """Where each fault is and what it is."""
    return [_placed(fault) for fault in error.errors(include_url=False)]


def field_of(place: Sequence[int | str]) -> str:
    """A place in a document as a person writes it: `training[0].landmarks[2]`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place).removeprefix(".")


def _placed(fault: ErrorDetails) -> tuple[tuple[int | str, ...], str]:
    return fault["loc"][:-1] if fault["type"] in _UNKNOWN_FIELD else fault["loc"], _wrong(fault)


def _wrong(fault: ErrorDetails) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "json_invalid":
        return f"is not valid JSON ({context['error']})"
    if kind == "missing":
        return "is missing"
    if kind in _UNKNOWN_FIELD:
        return f"there is no field {fault['loc'][-1]!r}"
    if kind == "union_tag_not_found":
        return f"{context['discriminator']} is missing"
    if kind == "union_tag_invalid":
        return f"{context['discriminator']} should be one of {context['expected_tags']}, not {context['tag']!r}"
    if kind in _KINDS:
        return f"should be {_KINDS[kind]}, not {shortened(fault['input'])}"
    _, _, should = fault["msg"].replace(" after validation", "").partition(" should ")
    return f"should {should}" if ", not " in should else f"should {should}, not {shortened(fault['input'])}"
