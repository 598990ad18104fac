# SPDX-License-Identifier: Apache-2.0
"""What an evaluation and its page say of repeated parts whose level is mistaken."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from bundle.evaluation.evaluation import headline, write_evaluation
from bundle.page.page import write_page
from bundle.results.film_result import FilmResult
from film_results import film_result

PARTS = [[2 * part, 2 * part + 1] for part in range(5)]
NAMES = [f"T{part + 1} {side}" for part in range(5) for side in ("left", "right")]


@pytest.fixture
def films(tmp_path: Path) -> list[FilmResult]:
    """Chains of five parts 10 px apart: two found 1 px off, two of them one level too low besides."""
    true = np.array([[x, 10.0 * part] for part in range(5) for x in (20, 40)])
    return [
        film_result(
            tmp_path / f"{index}.png", NAMES, true + np.array([1, 10 * (index // 2)]), label=true, size=(80, 80)
        )
        for index in range(4)
    ]


def test_each_film_has_its_shift_and_its_error_at_the_best_level(films, tmp_path) -> None:
    metrics = write_evaluation(films, tmp_path / "out", parts=PARTS)
    rows = list(csv.DictReader((tmp_path / "out" / "errors.csv").open()))
    assert [row["level_shift"] for row in rows] == ["0", "0", "1", "1"]
    assert [row["best_level_error_px"] for row in rows] == ["1"] * 4
    levels = metrics["levels"]
    assert (levels["right_level"], levels["best_level_px"]) == (0.5, pytest.approx(1))
    assert levels["mean_px"] == pytest.approx(metrics["overall"]["mean_px"])
    assert headline(metrics).startswith("mean error 1.10 mm (5.52 px), of which 82 % is a level shift, failure rate")


def test_without_repeated_parts_nothing_is_said_of_levels(films, tmp_path) -> None:
    metrics = write_evaluation(films, tmp_path / "out")
    assert "levels" not in metrics and "level" not in headline(metrics)
    assert "level_shift" not in (tmp_path / "out" / "errors.csv").read_text()


@pytest.mark.parametrize("parts", [PARTS, None])
def test_the_page_has_a_section_where_parts_are_repeated(films, tmp_path, parts) -> None:
    (tmp_path / "history.csv").write_text("iteration,epoch,loss,validation_error_px\n0,0,,9\n5,1,0.5,4\n")
    (tmp_path / "config.json").write_text("{}")
    write_evaluation(films, tmp_path / "out", parts=parts)
    write_page(tmp_path / "page.html", {"DAG": tmp_path / "out"}, "a page", {}, tmp_path)
    page = " ".join((tmp_path / "page.html").read_text(encoding="utf-8").split())
    assert ("Level of the repeated parts" in page) == (parts is not None)
    if parts:
        assert "DAG: error 1.10 mm, of which 81.9 % is a level shift." in page
        assert "<td>1.10</td><td>0.20</td> <td>0.20</td> <td>50.0 %</td> <td>0: 2, +1: 2</td>" in page
