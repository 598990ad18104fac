# SPDX-License-Identifier: Apache-2.0
"""Which values DICOM allows another object to take over (PS3.5 6.2)."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from pydicom import DataElement, Dataset
from pydicom.config import disable_value_validation
from pydicom.datadict import dictionary_VR, tag_for_keyword

from bundle.outputs.dicom.values import is_allowed, leave_out_faulty


def element(keyword: str, value: Any, vr: str | None = None) -> DataElement:
    tag = tag_for_keyword(keyword)
    assert tag is not None
    with disable_value_validation():
        return DataElement(tag, vr or dictionary_VR(keyword), value)


def code(**elements: str) -> Dataset:
    item = Dataset()
    for keyword, value in elements.items():
        item.add(element(keyword, value))
    return item


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("PatientName", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("PatientName", "Wang\N{IDEOGRAPHIC SPACE}Li^^^^"),
        ("PatientName", "=".join(["J" * 64] * 3)),
        ("OtherPatientNames", ["Doe^Jane", "Roe^Jane"]),
        ("PatientAge", "045Y"),
        ("PatientWeight", "70.5"),
        ("PatientWeight", ""),
        ("StudyTime", "134501.25"),
        ("PatientComments", "two\r\nlines"),
        ("PregnancyStatus", 4),
        ("ProcedureCodeSequence", [code(CodeValue="X", CodingSchemeDesignator="99A")]),
    ],
)
def test_what_is_allowed(keyword: str, value: Any) -> None:
    assert is_allowed(element(keyword, value))


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("PatientName", "J" * 65),
        ("PatientName", "a^b^c^d^e^f"),
        ("PatientName", "a=b=c=d"),
        ("PatientName", ["Doe^Jane", "Roe^Jane"]),
        ("OtherPatientNames", ["Doe^Jane", "Doe\tJane"]),
        ("PatientAge", "45"),
        ("StudyDate", "20260229"),
        ("StudyDate", "20260101-20260131"),
        ("StudyTime", "10-12"),
        ("PatientComments", "a\x07bell"),
        ("ProcedureCodeSequence", [code(CodeValue="X" * 17)]),
    ],
)
def test_what_is_not(keyword: str, value: Any) -> None:
    assert not is_allowed(element(keyword, value))


def test_an_element_of_another_kind_than_its_own_is_not_allowed() -> None:
    assert not is_allowed(element("PatientAge", "045Y", "LO"))


@settings(max_examples=50)
@given(st.text(st.characters(exclude_characters="\\", exclude_categories=["Cs"]), min_size=1, max_size=70))
def test_a_line_is_short_and_without_control_characters(text: str) -> None:
    controls = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))}
    assert is_allowed(element("StudyDescription", text)) == (len(text) <= 64 and not controls & set(text))


@pytest.mark.parametrize(("coded", "kept"), [(False, []), (True, ["PatientIdentityRemoved"])])
def test_that_the_identity_was_removed_is_not_stated_without_how(coded: bool, kept: list[str]) -> None:
    film, result = Dataset(), Dataset()
    elements = {"PatientIdentityRemoved": "YES", "DeidentificationMethod": "a" * 65}
    codes = {"DeidentificationMethodCodeSequence": [code(CodeValue="113100")]} if coded else {}
    for keyword, value in {**elements, **codes}.items():
        film.add(element(keyword, value))
        result.add(film[keyword])
    assert leave_out_faulty(result, film) == [keyword for keyword in reversed(elements) if keyword not in kept]
    assert result.dir() == [*codes, *kept]


def test_only_what_was_taken_over_is_left_out() -> None:
    film, result = Dataset(), Dataset()
    for keyword, value in {"PatientAge": "45", "StudyDescription": "Pelvis", "BreedRegistrationSequence": []}.items():
        film.add(element(keyword, value))
        result.add(film[keyword])
    film.add(element("SeriesDescription", "of the film"))
    result.add(element("SeriesDescription", "of the result, too long" * 4))
    assert leave_out_faulty(result, film) == ["PatientAge"]
    assert result.dir() == ["BreedRegistrationSequence", "SeriesDescription", "StudyDescription"]
