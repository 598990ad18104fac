# SPDX-License-Identifier: Apache-2.0
"""The figures in the tables are those of the cells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bundle.comparison.cells import Plan
from bundle.comparison.differences import differences
from bundle.comparison.methods import methods_for
from bundle.comparison.results import DIVERGED, DONE, MISSING, Results
from bundle.comparison.tables import Table, difference_tables, draw_table, paper_tables
from bundle.errors import BundleError


def row(table: Table, *start: str) -> dict[str, str]:
    """The row that begins with some cells, by its headings."""
    (found,) = [cells for cells in table.cells.to_numpy().tolist() if cells[: len(start)] == list(start)]
    columns = [name if isinstance(name, str) else ": ".join(filter(None, name)) for name in table.cells.columns]
    return dict(zip(columns, found, strict=True))


def test_table_1_has_the_mean_over_the_draws_and_their_spread(compared: Plan):
    of_one_film, of_four_films, _ = paper_tables(Results(compared))
    assert (of_one_film.title, of_four_films.title) == ("Table 1: 1 labelled film", "Table 1: 4 labelled films")
    assert list(of_four_films.cells["method"]) == [method.name for method in compared.methods]
    # draws 4 and 5 px at 0.5 mm a pixel; a failure is above 5 % of 64 px, 3.2 px
    assert row(of_four_films, "DAG") == {
        "method": "DAG",
        "mean error, mm": "2.25 ± 0.35",
        "std error, mm": "0.00 ± 0.00",
        "mean error, px": "4.50 ± 0.71",
        "std error, px": "0.00 ± 0.00",
        "failure rate": "100.0 ± 0.0 %",
        "stage 2 accepted": "",
    }
    assert row(of_four_films, "Few-shot DAG + JS")["mean error, px"] == "3.50 ± 0.71"
    assert row(of_four_films, "Few-shot DAG + JS")["failure rate"] == "50.0 ± 70.7 %"
    assert "2 synthetic test films" in of_four_films.note


def test_stage_2_that_was_not_accepted_is_named(compared: Plan, pretend: Callable):
    first = next(cell for cell in compared.cells() if (cell.method.key, cell.shots) == ("pi_model", 4))
    pretend(first, 4.0, accepted=False)
    results = Results(compared)
    of_one_film, of_four_films, _ = paper_tables(results)
    assert row(of_one_film, "Π-model")["stage 2 accepted"] == "1 of 1"
    assert row(of_four_films, "Π-model")["stage 2 accepted"] == "1 of 2"
    assert row(of_four_films, "Few-shot DAG + JS")["stage 2 accepted"] == "2 of 2"
    assert row(draw_table(results), "4", "0", "Π-model")["remark"] == "stage 2 not accepted"
    assert row(draw_table(results), "4", "1", "Π-model")["remark"] == ""


def test_draws_that_did_not_converge_are_left_out_and_counted(compared: Plan):
    of_one_film, *_ = paper_tables(Results(compared))
    assert row(of_one_film, "DAG")["mean error, px"] == "9.00 (1 of 2)"
    assert row(of_one_film, "DAG")["failure rate"] == "100.0 %"
    assert row(of_one_film, "Π-model")["mean error, px"] == "9.00 (1 of 2)"
    assert row(of_one_film, "Mean shape alone")["mean error, px"] == "18.50 ± 0.71"


def test_where_stage_1_never_converged_stands_a_dash(plan_for: Callable, pretend: Callable):
    comparison = plan_for("pi_model", shots=(4,), draws=1)
    dag, mean_shape, _ = comparison.cells()
    pretend(dag, 3.0, converged=False)
    pretend(mean_shape, 5.0)
    results = Results(comparison)
    (table,) = paper_tables(results)
    for name in ("DAG", "Π-model"):
        assert set(list(row(table, name).values())[1:-1]) == {"–"}
    assert row(draw_table(results), "4", "0", "DAG")["mean error, px"] == "3.00"
    assert row(draw_table(results), "4", "0", "DAG")["remark"] == "stage 1 did not converge"
    assert list(results.cells["state"]) == [DONE, DIVERGED, DIVERGED]


def test_levels_and_cobb_angles_have_columns_where_they_are_measured(plan_for: Callable, pretend: Callable):
    comparison = plan_for("pi_model", shots=(4,))
    for cell in comparison.cells():
        levels = {"best_level_px": 3.0 + cell.draw, "best_level_mm": None, "right_level": 0.5, "mean_px": 1.0}
        pretend(cell, 3.0, measured={"levels": levels, "cobb_smape": 12.5})
    results = Results(comparison)
    (table,) = paper_tables(results)
    shown = row(table, "DAG")
    assert (shown["error at the best level, px"], shown["right level"]) == ("3.50 ± 0.71", "50.0 ± 0.0 %")
    assert shown["Cobb SMAPE, %"] == "12.50 ± 0.00"
    assert "error at the best level, mm" not in shown
    assert "Best level" in table.note and "SMAPE" in table.note
    assert row(draw_table(results), "4", "1", "DAG")["error at the best level, px"] == "4.00"
    assert {"best_level_px", "cobb_smape_spread"} <= {*results.summary().columns}


def test_other_films_have_none_of_their_columns(compared: Plan):
    results = Results(compared)
    headings = [heading for table in (*paper_tables(results), draw_table(results)) for heading in table.headings]
    assert not [heading for heading in headings if "level" in heading or "SMAPE" in heading]
    assert not {"best_level_px", "right_level", "cobb_smape"} & {*results.cells.columns}


def test_table_2_goes_over_the_numbers_of_films(compared: Plan):
    *_, table = paper_tables(Results(compared))
    assert table.groups() == [("", 1), ("1 labelled film", 3), ("4 labelled films", 3)]
    assert row(table, "DAG")["1 labelled film: mean error, mm"] == "4.50 (1 of 2)"
    assert row(table, "DAG")["4 labelled films: mean error, mm"] == "2.25 ± 0.35"


def test_every_draw_is_listed(compared: Plan):
    table = draw_table(Results(compared))
    assert len(table.cells) == len(methods_for(repeated=False)) * 2 * 2
    assert row(table, "4", "1", "Pseudo label")["mean error, mm"] == "2.25"
    assert row(table, "4", "1", "Pseudo label")["minutes"] == "1.5"
    assert row(table, "4", "1", "Pseudo label")["SDR 2.5 mm"] == "100.0 %"
    assert row(table, "1", "0", "DAG")["mean error, px"] == "8.00"


def test_cells_that_are_not_there_are_said_to_be_missing(plan_for: Callable):
    results = Results(plan_for("pi_model", draws=1))
    assert set(results.cells["state"]) == {MISSING}
    assert row(draw_table(results), "4", "0", "DAG")["remark"] == "no result"
    assert row(paper_tables(results)[0], "DAG")["mean error, px"] == "–"
    assert difference_tables(results, differences(results)) == []


def test_unknown_spacing_leaves_out_millimetres(plan_for: Callable, pretend: Callable):
    comparison = plan_for("pi_model", draws=1)
    for cell in comparison.cells():
        pretend(cell, 2.0 + cell.method.stage, spacing=np.nan)
    results = Results(comparison)
    tables = [*paper_tables(results), draw_table(results), *difference_tables(results, differences(results))]
    assert not [heading for table in tables for heading in table.headings if "mm" in heading]
    assert row(tables[-1], "Π-model")["against DAG: difference, px"].startswith("+1.00")


def test_differences_are_those_of_the_draws_that_both_have(compared: Plan):
    results = Results(compared)
    found = {(pair.shots, pair.method.key, pair.reference.key): pair for pair in differences(results)}
    assert {(method, reference) for shots, method, reference in found if shots == 4} == {
        *((key, "dag") for key in ("spatial_configuration_net", *STAGE_2)),
        *((key, "trained_on") for key in STAGE_2[1:]),
        *((key, "pseudo_label") for key in STAGE_2[2:]),
    }
    assert (found[1, "pi_model", "dag"].draws, found[4, "pi_model", "dag"].draws) == (1, 2)
    js = found[4, "few_shot_dag_js", "pseudo_label"].found
    assert js.difference.value == pytest.approx(-0.25, abs=1e-4) and js.beyond_chance
    assert js.ratio.value == pytest.approx(3.5 / 4, abs=1e-4)
    assert not found[4, "pi_model", "dag"].found.beyond_chance

    of_one_film, of_four_films = difference_tables(results, list(found.values()))
    assert row(of_four_films, "Few-shot DAG + JS")["against Pseudo label: difference, mm"].startswith("−0.25 (−0.25 to")
    assert row(of_four_films, "Few-shot DAG + JS")["against Pseudo label: difference, mm"].endswith(" *")
    assert "*" not in row(of_four_films, "Π-model")["against DAG: difference, mm"]
    assert row(of_four_films, "DAG trained on")["against DAG trained on: ratio"] == ""
    assert "One draw" in of_one_film.note and "One draw" not in of_four_films.note


STAGE_2 = [method.key for method in methods_for(repeated=False) if method.stage == 2]


def test_evaluations_of_other_films_are_refused(compared: Plan):
    dag = next(cell for cell in compared.cells() if cell.method.key == "dag")
    table = dag.evaluation / "landmarks.csv"
    table.write_text(table.read_text().replace("8.png", "80.png"))
    with pytest.raises(BundleError, match=r"is of other films than .*; delete it to evaluate again"):
        Results(compared)
