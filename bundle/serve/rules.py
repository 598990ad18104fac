# SPDX-License-Identifier: Apache-2.0
"""Which objects are films, and which model a film is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from pydicom.config import IGNORE
from pydicom.uid import UID

from bundle.films.dicom_elements import RADIOGRAPH_CLASSES
from bundle.films.dicom_file import read_dicom
from bundle.films.film_files import MANUFACTURER, MODEL_NAME
from bundle.serve.configuration import RuleSection

CONDITIONS = {
    "modality": "Modality",
    "body_part": "BodyPartExamined",
    "view": "ViewPosition",
    "sop_class": "SOPClassUID",
    "study_description": "StudyDescription",
    "series_description": "SeriesDescription",
}
"""Fields of a rule and the DICOM elements that they are about."""

ELEMENTS = (
    *CONDITIONS.values(),
    "SOPInstanceUID",
    "StudyInstanceUID",
    "Manufacturer",
    "ManufacturerModelName",
    "DeidentificationMethod",
)
"""What has to be known of an object; every value as text."""


def elements_of(file: Path, keywords: Sequence[str] = ELEMENTS) -> dict[str, str]:
    """Elements of a DICOM file; none of a broken one, which is a film all the same: its refusal says what is wrong.

    Raises:
        OSError: the file cannot be opened.
    """
    try:
        header = read_dicom(file, list(keywords), pixels=False)
        return {keyword: str(header.get(keyword) or "") for keyword in keywords}
    except OSError:
        raise
    except Exception:  # whatever a broken file leads the parser to
        return {}


def is_film(elements: Mapping[str, str]) -> bool:
    """Whether a DICOM object is a radiograph, and no picture that we made: reports and states are told by SOP class."""
    ours = (elements.get("Manufacturer"), elements.get("ManufacturerModelName")) == (MANUFACTURER, MODEL_NAME)
    return elements.get("SOPClassUID") in RADIOGRAPH_CLASSES and not ours


def conditions(rule: RuleSection) -> dict[str, Sequence[str]]:
    """The conditions that a rule gives, by field."""
    return {field: patterns for field in CONDITIONS if (patterns := getattr(rule, field)) is not None}


def model_for(rules: Sequence[RuleSection], elements: Mapping[str, str]) -> str | None:
    """The model of the first rule that a film fits; None where it fits none."""
    return next((rule.model for rule in rules if _fits(rule, elements)), None)


def _fits(rule: RuleSection, elements: Mapping[str, str]) -> bool:
    return all(
        any(_matches(text, pattern) for text in _texts(field, elements) for pattern in patterns)
        for field, patterns in conditions(rule).items()
    )


def _texts(field: str, elements: Mapping[str, str]) -> list[str]:
    text = elements.get(CONDITIONS[field], "").strip()
    return [text, UID(text, validation_mode=IGNORE).keyword] if field == "sop_class" else [text]


def _matches(text: str, pattern: str) -> bool:
    return fnmatchcase(text.casefold(), pattern.casefold())
