# SPDX-License-Identifier: Apache-2.0
"""Body parts of landmarks: which code a name gets, and that the shipped codes are those that DICOM uses."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.sr.codedict import codes

from bundle.errors import ConfigurationError
from bundle.measurements import find_body_parts, side_of
from bundle.measurements.parsing import read_body_parts, read_definitions
from bundle.measurements.registry import SHIPPED

MINE = """
measurements: [{name: Face, rule: distance, unit: mm, points: [nasion, menton]}]
body_parts:
  - {code: "1", scheme: 99ME, meaning: Knee, landmarks: [knee]}
  - {code: "2", scheme: 99ME, meaning: Inner knee, landmarks: [knee inner]}
  - {code: "3", scheme: 99ME, meaning: My hip, landmarks: [femoral head]}
"""


def test_the_longest_words_that_fit_name_the_body_part(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE)
    names = [
        "left knee",
        "knee inner edge",
        "right knee inner",
        "kneecap",
        "my knee",
        "left femoral head centre",
        "T1 low",
    ]
    found = find_body_parts([str(tmp_path / "mine.yaml")], names)
    assert {name: part.code for name, part in found.items()} == {
        "left knee": "1",
        "knee inner edge": "2",
        "right knee inner": "2",
        "left femoral head centre": "3",  # before the shipped one
        "T1 low": "64864005",
    }
    assert [side_of(name) for name in names[:3]] == ["left", None, "right"]
    assert side_of("T1 upper left") is None


def test_shipped_codes_are_in_the_dictionaries_of_dicom() -> None:
    known = {
        scheme: {getattr(getattr(codes, scheme), name).value for name in getattr(codes, scheme).dir()}
        for scheme in ("SCT", "DCM")
    }
    parts = [part for file in SHIPPED.values() for part in read_body_parts(file)]
    concepts = [each.concept for file in SHIPPED.values() for each in read_definitions(file) if each.concept]
    assert len(parts) > 40
    assert {concept.meaning for concept in concepts} == {"Cobb angle", "Acetabular angle"}
    assert [each for each in [*parts, *concepts] if each.code not in known[each.scheme]] == []


def test_a_code_that_is_a_number_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE.replace('"1"', "1"))
    with pytest.raises(
        ConfigurationError, match=r"^mine\.yaml: body_parts\[0\]\.code: should be text, not 1; correct it"
    ):
        find_body_parts(str(tmp_path / "mine.yaml"), ["knee"])
