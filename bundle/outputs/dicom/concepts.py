# SPDX-License-Identifier: Apache-2.0
"""Codes that our reports use: DICOM's and SNOMED CT's by pydicom's dictionaries, and those of our own scheme."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from bundle.confidence.verdict import ACCEPT, REVIEW

PRIVATE_SCHEME = "99FSDAG"
LONGEST_CODE, LONGEST_MEANING = 16, 64
"""Characters of a Code Value, beyond which viewers lose it as a Long Code Value, and of a Code Meaning."""
UNITS = {
    "mm": codes.UCUM.Millimeter,
    "mm2": codes.UCUM.SquareMillimeter,
    "degree": codes.UCUM.Degree,
    "ratio": Code("{ratio}", "UCUM", "ratio"),
    "px": Code("{pixels}", "UCUM", "pixels"),
    "px2": Code("{square_pixels}", "UCUM", "square pixels"),
}
"""Units of measurements in UCUM (https://ucum.org); what stands in braces is an annotation of the unit 1."""

EXPECTED_ERROR = Code("expected_error", PRIVATE_SCHEME, "Expected error")
DECISION = Code("decision", PRIVATE_SCHEME, "Decision")
DECISIONS = {
    ACCEPT: Code("accept", PRIVATE_SCHEME, "Accept"),
    REVIEW: Code("review", PRIVATE_SCHEME, "Review"),
}
NOT_LOOKED_FOR = Code("not_looked_for", PRIVATE_SCHEME, "Landmark not looked for")
NOT_FOUND = Code("not_found", PRIVATE_SCHEME, "Landmark looked for and not found")
OFF_FILM = Code("off_film", PRIVATE_SCHEME, "Landmark beyond the edge of the film")
REASON = Code("review_reason", PRIVATE_SCHEME, "Reason for review")
NOT_SHOWN = Code("measured_beyond", PRIVATE_SCHEME, "Measurement with a landmark beyond the film")
QUALITATIVE_EVALUATIONS = Code("C0034375", "UMLS", "Qualitative Evaluations")

_SIDES = {"left": codes.SCT.Left, "right": codes.SCT.Right, "L": codes.SCT.Left, "R": codes.SCT.Right}


def side(word: str | None) -> Code | None:
    """The code of `left` or `right`, or of DICOM's L or R; None for all else."""
    return _SIDES.get(word or "")


def own_codes(names: Sequence[str]) -> dict[str, Code]:
    """Codes of our scheme for names, one each: the name in lower case letters, digits and underscores.

    Where that is no code of its own, or longer than viewers know, it is shortened and followed by digits of a digest.
    """
    short = [re.sub(r"\W+", "_", name.lower()).strip("_") for name in names]
    values = [
        code if 0 < len(code) <= LONGEST_CODE and short.count(code) == 1 else f"{code[:9]}_{_digest(name)}"
        for name, code in zip(names, short, strict=True)
    ]
    return {
        name: Code(value, PRIVATE_SCHEME, name[:LONGEST_MEANING]) for name, value in zip(names, values, strict=True)
    }


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:6]
