# SPDX-License-Identifier: Apache-2.0
from command_help import import_help
from reference_tables import import_formats, measurement_rules, shipped_measurements

from bundle.importers.formats import ANNOTATION_FORMATS


def test_every_import_format_has_its_row():
    rows = import_formats().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == list(ANNOTATION_FORMATS)


def test_import_options_are_shown_as_they_are_printed():
    help_text = import_help()
    assert "--landmark_set {cephalogram,spine}" in help_text
    assert all(len(line) <= 78 for line in help_text.splitlines()), "a page would break it"


def test_a_rule_is_shown_as_it_is_written():
    table = measurement_rules()
    assert "| `angle` | `lines: [[a, b], [c, d]]` | degree |" in table
    assert "| `signed_distance` | `point: a`, `line: [b, c]`, `negative_side: d` | mm, px |" in table
    assert "`vertebrae: [[a, b, c, d], …]` Upper left, upper right, lower left" in table


def test_shipped_measurements_name_their_films():
    assert (
        "| `spine` | Whole spine from the front, the 68 corners of AASCE 2019. | Cobb angle MT; "
        in shipped_measurements()
    )
