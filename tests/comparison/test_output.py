# SPDX-License-Identifier: Apache-2.0
"""What a comparison leaves: files for readers and programs, and a page that needs nothing from outside."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle.comparison.cells import Plan
from bundle.comparison.curves import cumulative_errors, errors_by_shots
from bundle.comparison.films import choose_films, draw_to_show
from bundle.comparison.methods import methods_for
from bundle.comparison.output import write_comparison
from bundle.comparison.results import Results


def records(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.open()))


def test_everything_is_written(compared: Plan, tmp_path: Path):
    page = write_comparison(compared, ["Π-model failed <b>"])
    out = tmp_path / "out"
    left = {file.name for file in out.iterdir() if file.is_file()}
    charts = {"few_shot_curve.png", "cumulative_error_shots1.png", "cumulative_error_shots4.png"}
    tables = {"tables.md", "tables.tex", "draws.csv", "summary.csv", "differences.csv"}
    assert left == {*charts, *tables, "index.html"}
    assert page == out / "index.html"
    for name in charts:
        assert Image.open(out / name).size > (1000, 500)
    assert "## Table 2" in (out / "tables.md").read_text() and "## Every draw" in (out / "tables.md").read_text()

    (dag,) = [
        record for record in records(out / "draws.csv") if (record["method"], record["shots"], record["draw"]) == DAG
    ]
    assert (dag["state"], dag["minutes"], dag["resumed"]) == ("stage 1 did not converge", "1.5", "False")
    assert float(dag["mean_px"]) == pytest.approx(8, abs=1e-3)
    (summary,) = [
        record for record in records(out / "summary.csv") if (record["method"], record["shots"]) == ("dag", "1")
    ]
    assert (summary["draws"], summary["mean_px_spread"]) == ("1", "")
    assert float(summary["mean_px"]) == pytest.approx(9, abs=1e-3)
    (pair,) = [record for record in records(out / "differences.csv") if tuple(record.values())[:3] == PAIR]
    assert (pair["unit"], pair["draws"], pair["beyond_chance"]) == ("mm", "2", "True")
    assert float(pair["difference_low"]) <= float(pair["difference"]) <= float(pair["difference_high"])


DAG = ("dag", "1", "0")
PAIR = ("4", "few_shot_dag_js", "dag")


def test_the_page_holds_all_and_refers_to_nothing_outside(compared: Plan, tmp_path: Path):
    page = write_comparison(compared, ["Π-model, draw 1: the loss is no longer a number <b>"]).read_text()
    assert "no longer a number &lt;b&gt;" in page
    assert "Synthetic radiographs." in page and "Patent notice" in page
    for heading in ("Table 1: 1 labelled film", "Table 2", "Differences: 4 labelled films", "Every draw"):
        assert f"<h2>{heading}" in page
    assert "http" not in page and not re.search(r"url\((?!#)", page) and str(tmp_path) not in page
    assert not re.search(r"<(script|link|iframe)", page)
    references = set(re.findall(r'(?:src|srcset|href)="([^"]*)"', page))
    links = {reference for reference in references if not reference.startswith("data:image/")}
    assert links <= {f"#{name}" for name in re.findall(r'id="([^"]+)"', page)}
    films = re.findall(r'id="film-(\d+)-(\d+)-(\d+)"', page)
    assert len(films) == 2 * 2 * len(
        methods_for(repeated=False)
    )  # numbers of labelled films, test films (of which there are two), methods
    assert "1 labelled film, draw 1" in page and "4 labelled films, draw 0" in page


def test_a_comparison_without_results_can_be_written(plan_for: Callable[..., Plan]):
    page = write_comparison(plan_for(shots=(4,))).read_text()
    assert f"0 of {2 * len(methods_for(repeated=False))}" in page and "film-" not in page


def test_curves_are_of_the_draws_that_converged(compared: Plan):
    results = Results(compared)
    errors = errors_by_shots(results)
    assert "Mean shape alone" not in errors
    assert list(errors["DAG"]) == [1, 4]
    assert errors["DAG"][1] == pytest.approx([4.5], abs=1e-3)
    assert errors["DAG"][4] == pytest.approx([2.0, 2.5], abs=1e-3)
    cumulative = cumulative_errors(results, 1)
    assert cumulative["Π-model"].shape == (2, 3)
    assert cumulative_errors(results, 4)["Π-model"].shape == (4, 3)


def test_the_films_are_chosen_by_their_errors(plan_for: Callable, pretend: Callable, monkeypatch: pytest.MonkeyPatch):
    """Six test films, whose errors are written by hand."""
    from dataclasses import replace

    comparison = plan_for("pi_model", shots=(4,), draws=1)
    for cell in comparison.cells():
        pretend(cell, 1.0)
    results = Results(comparison)
    shown = draw_to_show(results, 4)
    assert shown is not None and list(shown.evaluations) == ["Mean shape alone", "DAG", "Π-model"]
    errors = {
        "Mean shape alone": [9.0, 9, 9, 9, 9, 9],
        "DAG": [1.0, 9, 3, 2, 4, np.nan],
        "Π-model": [4.0, 8, 2, 1, 8.5, 1],
    }
    evaluations = {
        name: replace(evaluation, millimetres=np.array(errors[name])[:, None], pixels=np.array(errors[name])[:, None])
        for name, evaluation in shown.evaluations.items()
    }
    chosen = choose_films(results, shown._replace(evaluations=evaluations))
    # Π-model is worst on film 4, on which it also loses most; film 0 stands in as the next
    assert [film for _, film in chosen] == [2, 1, 4, 0]
    assert chosen[0].case == "Typical film: median error of DAG"
