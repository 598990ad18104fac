# SPDX-License-Identifier: Apache-2.0
"""Measurement files: what they mean, and one sentence for each fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle.errors import ConfigurationError
from bundle.measurements.parsing import read_definitions
from bundle.measurements.rules import Distance, Ratio

A = "{name: A, rule: distance, unit: mm, points: [p, q]}"
B = "{name: B, rule: angle, unit: degree, lines: [[p, q], [q, r]]}"


def written(folder: Path, *entries: str) -> Path:
    file = folder / "mine.yaml"
    file.write_text("measurements:\n" + "".join(f"  - {entry}\n" for entry in entries), encoding="utf-8")
    return file


def test_definitions_are_read(tmp_path: Path) -> None:
    file = written(tmp_path, A, B, "{name: 'A/A, left', rule: ratio, unit: ratio, of: [A, A]}")
    first, second, third = read_definitions(file)
    assert first == Distance(name="A", rule="distance", unit="mm", points=("p", "q"))
    assert list(second.landmarks()) == [("lines", name) for name in ("p", "q", "q", "r")]
    assert third == Ratio(name="A/A, left", rule="ratio", unit="ratio", of=("A", "A"))
    assert third.code == "a_a_left" and list(third.landmarks()) == []


def test_a_schema_for_editors_and_anchors_may_stand_beside_the_list(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        f"$schema: measurements.schema.json\nline: &line [p, q]\nmeasurements: [{A.replace('[p, q]', '*line')}]"
    )
    assert read_definitions(file) == read_definitions(written(tmp_path, A))


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        (["A"], "1, should be fields with values, not 'A'; correct it as docs/reference/measurements.md shows"),
        (["{rule: distance}"], "1, name: is missing; correct it"),
        (["{name: 12, rule: angle}"], "1, name: should be text, not 12"),
        (["{name: ' ', rule: angle}"], "1, name: should match pattern"),
        (["{name: A}"], "'A', 'rule' is missing"),
        ([f"{{name: {'A' * 65}, rule: angle}}"], "name: should have at most 64 characters"),
        ([A, A], "'A', name: stands twice"),
        (["{name: A, rule: length}"], "'A', 'rule' should be one of 'distance', .*, not 'length'; correct it"),
        (["{name: A, rule: angle, unit: mm}"], "'A', unit: should be 'degree', not 'mm'; correct it"),
        ([A.replace("points", "point")], "'A', there is no field 'point'; correct it"),
        (["{name: A, rule: angle, unit: degree}"], "lines: is missing; correct it"),
        ([A.replace("[p, q]", "[p]")], r"points\[1\]: is missing; correct it"),
        ([A.replace("[p, q]", "[p, 3]")], r"points\[1\]: should be text, not 3; correct it"),
        (["{name: A, rule: area, unit: mm2, points: [p, q]}"], "points: should have at least 3 items, not 2"),
        (
            ["{name: A, rule: signed_distance, unit: mm, point: [p], line: [p, q], negative_side: r}"],
            r"point: should be text, not \['p'\]",
        ),
        ([A, "{name: C, rule: ratio, unit: ratio, of: A}"], "of: should be a list, not 'A'"),
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
