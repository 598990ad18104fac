# SPDX-License-Identifier: Apache-2.0
"""Codes of clinical terminologies: what reports call a measurement or a body part besides its name here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_SIDE = re.compile(r"(left|right) ")


class Concept(BaseModel):
    """A code with its meaning, as DICOM writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    code: Annotated[str, Field(max_length=16, pattern=r"\S")]
    """The code, in quotation marks."""

    meaning: Annotated[str, Field(max_length=64, pattern=r"\S")]
    """What it stands for, in words."""

    scheme: Annotated[str, Field(max_length=16, pattern=r"\S")] = "SCT"
    """DICOM's designator of the terminology: SCT for SNOMED CT, DCM for DICOM's own."""


class BodyPart(Concept):
    """The body part on which landmarks lie."""

    landmarks: Annotated[tuple[str, ...], Field(min_length=1)]
    """Their names, or the first words of them, without `left` or `right` in front."""


def body_parts_of(names: Iterable[str], parts: Iterable[BodyPart]) -> dict[str, Concept]:
    """Find the body part of each landmark by name; the longest words that fit count, then the last part.

    Returns:
        The body part by the landmark's name, of those that have one.
    """
    by_words = {words: part for part in parts for words in part.landmarks}
    found: dict[str, Concept] = {}
    for name in names:
        words = _SIDE.sub("", name, count=1) if _SIDE.match(name) else name
        fitting = [each for each in by_words if f"{words} ".startswith(f"{each} ")]
        if fitting:
            found[name] = by_words[max(fitting, key=len)]
    return found


def side_of(name: str) -> str | None:
    """`left` or `right`, where the landmark's name begins with it."""
    side = _SIDE.match(name)
    return side.group(1) if side else None
