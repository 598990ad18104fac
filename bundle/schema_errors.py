# SPDX-License-Identifier: Apache-2.0
"""What pydantic finds wrong with a file, as one sentence."""

from __future__ import annotations

from reprlib import repr as shortened
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

UNKNOWN_FIELD = ("unexpected_keyword_argument", "extra_forbidden")


def first_fault(error: ValidationError, page: str) -> str:
    """Where the first fault is, what it is, and the page of the documentation that shows the form."""
    fault = error.errors(include_url=False)[0]
    if fault["type"] == "json_invalid":
        return f"is not valid JSON ({fault['ctx']['error']}); correct the text there"
    place = fault["loc"][:-1] if fault["type"] in UNKNOWN_FIELD else fault["loc"]
    return f"{field_of(place) or 'the whole file'}: {_wrong(fault)}; correct it as {page} shows"


def field_of(place: tuple[int | str, ...]) -> str:
    """A place in a document as a person writes it: `training[0].landmarks[2]`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place).removeprefix(".")


def _wrong(fault: ErrorDetails) -> str:
    if fault["type"] == "missing":
        return "is missing"
    if fault["type"] in UNKNOWN_FIELD:
        return f"there is no field {fault['loc'][-1]!r}"
    should, _, what = fault["msg"].replace(" after validation", "").partition(" should ")
    if not what:
        return should
    return f"should {what}" if ", not " in what else f"should {what}, not {shortened(fault['input'])}"
