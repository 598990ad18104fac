# SPDX-License-Identifier: Apache-2.0
"""Measurement files: what they mean, and one sentence for each fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle.errors import ConfigurationError
from bundle.measurements.parsing import read_definitions

A = "{name: A, rule: distance, unit: mm, points: [p, q]}"
B = "{name: B, rule: angle, unit: degree, lines: [[p, q], [q, r]]}"


def written(folder: Path, *entries: str) -> Path:
    file = folder / "mine.yaml"
    file.write_text("measurements:\n" + "".join(f"  - {entry}\n" for entry in entries), encoding="utf-8")
    return file


def test_definitions_are_read(tmp_path: Path) -> None:
    file = written(tmp_path, A, B, "{name: 'A/A, left', rule: ratio, unit: ratio, of: [A, A]}")
    first, second, third = read_definitions(file)
    assert (first.name, first.rule, first.unit, first.fields) == ("A", "distance", "mm", {"points": ("p", "q")})
    assert list(second.landmarks()) == [("lines", name) for name in ("p", "q", "q", "r")]
    assert (third.of, third.code, third.file) == (("A", "A"), "a_a_left", "mine.yaml")


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        (["A"], "1, is no mapping of fields"),
        (["{rule: distance}"], "1, name: is missing or no text"),
        (["{name: 12}"], "1, name: is missing or no text"),
        ([f"{{name: {'A' * 65}}}"], "name: is longer than 64 characters"),
        ([A, A], "'A', name: stands twice"),
        (["{name: A, rule: length}"], "'A', rule: 'length' is none of distance, .*; correct it"),
        (["{name: A, rule: angle, unit: mm}"], "'A', unit: 'mm' is none of degree; correct it"),
        ([A.replace("points", "point")], "point: is no field of the rule distance, which has points"),
        (["{name: A, rule: angle, unit: degree}"], "lines: is missing; give a list of 2 lists of 2 landmark names"),
        ([A.replace("[p, q]", "[p]")], "points: is not a list of 2 landmark names; correct it"),
        ([A.replace("[p, q]", "[p, 3]")], "points: is not a list of 2 landmark names; correct it"),
        (["{name: A, rule: area, unit: mm2, points: [p, q]}"], "points: is not a list of 3 or more landmark names"),
        (
            ["{name: A, rule: signed_distance, unit: mm, point: [p], line: [p, q], negative_side: r}"],
            "point: is not a landmark name",
        ),
        ([A, "{name: C, rule: ratio, unit: ratio, of: A}"], "of: is no list of two measurements"),
        ([A, "{name: C, rule: ratio, unit: ratio, of: [A, D]}"], r"of: 'D' is no measurement before it \(A\)"),
        ([A, B, "{name: C, rule: ratio, unit: ratio, of: [A, B]}"], "of: cannot combine mm and degree to ratio"),
        ([A, "{name: C, rule: difference, unit: px, of: [A, A]}"], "of: cannot combine mm and mm to px"),
    ],
)
def test_each_fault_names_file_measurement_and_field(tmp_path: Path, entries: list[str], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^mine\.yaml: measurement .*{sentence}") as raised:
        read_definitions(written(tmp_path, *entries))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"measurements: [", r"mine\.yaml: is no YAML \(.*, line 1\); correct that line"),
        (b"\xff\xfe\xfa", r"mine\.yaml: is not UTF-8 text"),
        (b"a: \x00", r"mine\.yaml: is no YAML"),
        (b"", r"mine\.yaml: has no list 'measurements'"),
        (b"measurements: []", r"mine\.yaml: has no list 'measurements'"),
        (b"measurements: !!python/object/apply:os.getcwd []", r"mine\.yaml: is no YAML"),
    ],
)
def test_what_is_no_measurement_file(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "mine.yaml").write_bytes(content)
    with pytest.raises(ConfigurationError, match=sentence):
        read_definitions(tmp_path / "mine.yaml")
