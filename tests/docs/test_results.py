# SPDX-License-Identifier: Apache-2.0
import csv
from statistics import mean

import pytest
from result_rows import RESULTS, rows
from result_tables import PARTS

from bundle.comparison.methods import METHODS


def test_every_result_has_its_command_and_machine():
    runs = {row["run"]: row for row in rows("runs")}
    assert all(row["command"] and row["machine"] for row in [*runs.values(), *rows("speed")])
    for file in RESULTS.glob("*.csv"):
        used = {row["run"] for row in csv.DictReader(file.open()) if "run" in row}
        assert used <= runs.keys(), file.name


def test_methods_are_those_of_the_comparison():
    known = {method.key for method in METHODS}
    assert {row["method"] for name in ("draws", "summary") for row in rows(name)} <= known


def test_means_are_those_of_the_draws():
    for row in rows("summary"):
        draws = rows("draws", run=row["run"], shots=row["shots"], method=row["method"])
        errors = [float(draw["error"]) for draw in draws]
        assert len(errors) == int(row["draws"])
        assert mean(errors) == pytest.approx(float(row["error"]), abs=0.011), row


def test_a_stage_2_that_was_not_accepted_has_the_error_of_what_it_began_with():
    starts = {method.key: method.start.key for method in METHODS if method.start}
    for row in rows("draws", accepted="false"):
        draw = {name: row[name] for name in ("run", "shots", "draw")}
        (start,) = rows("draws", **draw, method=starts[row["method"]])
        assert row["error"] == start["error"], row


@pytest.mark.parametrize("name", PARTS)
def test_each_part_of_a_page_is_there(name):
    part = PARTS[name]()
    lines = [line for line in part.splitlines() if line.startswith("|")]
    assert lines, "a table"
    assert "None" not in part and "nan" not in part.lower().split()
