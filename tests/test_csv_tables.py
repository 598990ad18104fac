# SPDX-License-Identifier: Apache-2.0
"""Tables that a spreadsheet may open, and that are read back as they were written."""

from __future__ import annotations

import csv
import io
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle.csv_tables import csv_of_frame, csv_of_records, csv_records, csv_text
from test_architecture import PACKAGE, modules


@pytest.mark.parametrize("name", ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-film.png"])
def test_a_name_that_is_a_formula_stands_behind_an_apostrophe(name: str):
    (header, row) = csv.reader(io.StringIO(csv_text([[name, "x"], [name, -1.5]]), newline=""))
    assert header == [f"'{name}", "x"]
    assert row == [f"'{name}", "-1.5"]
    assert csv_records(csv_text([[name, "x"], [name, -1.5]])) == [{name: name, "x": "-1.5"}]


@pytest.mark.parametrize("number", ["-1.5", "+3", "-1e-05", "-inf", "5"])
def test_numbers_stay_numbers(number: str):
    assert csv_text([[number, float(number)]]).startswith(f"{number},")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, unique=True))
def test_every_text_is_read_back_and_none_is_a_formula(cells: list[str]):
    text = csv_text([[f"c{index}" for index in range(len(cells))], cells])
    for cell in next(iter(list(csv.reader(io.StringIO(text, newline="")))[1:]), []):
        assert not re.match(r"[=@\t\r]|[+-](?![\d.]|inf|nan)", cell, re.IGNORECASE)
    if cells != [""]:  # which CSV cannot tell from no row
        assert [*csv_records(text)[0].values()] == cells


def test_records_have_the_columns_of_all():
    text = csv_of_records([{"a": 1, "b": None}, {"a": "x,y", "c": 0.1}])
    assert csv_records(text) == [{"a": "1", "b": "", "c": ""}, {"a": "x,y", "b": "", "c": "0.1"}]
    assert csv_of_records([]) == "\n"


def test_a_frame_is_written_as_its_values_are():
    frame = pd.DataFrame({"=name": ["=1+1", "a"], "count": [3, None], "error": [0.1, None]}, dtype=object)
    frame["error"] = frame["error"].astype(float)
    assert csv_of_frame(frame) == "'=name,count,error\n'=1+1,3,0.1\na,,\n"


def test_every_table_is_written_here():
    writers = {file.name for file in modules(PACKAGE) if re.search(r"csv\.(Dict)?[wW]riter", file.read_text())}
    assert writers == {"csv_tables.py"}
