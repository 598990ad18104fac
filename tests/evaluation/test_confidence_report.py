# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bundle.confidence import Confidence
from bundle.evaluation.confidence_report import write_confidence_report
from bundle.evaluation.evaluation import write_evaluation
from bundle.evaluation.reader import read_evaluation
from bundle.page.sections.confidence import confidence_section
from bundle.results.film_result import FilmResult


@pytest.fixture
def judged(results: list[FilmResult]) -> list[FilmResult]:
    """Ten films that miss by 0 to 9 pixels, as was expected; the last three are beyond the limit."""
    return [
        replace(result, confidence=Confidence(np.full(3, float(miss)), 6.5, 0.1, 0.5))
        for miss, result in enumerate(results)
    ]


def test_errors_that_are_as_expected_are_ranked_and_reliable(judged: list[FilmResult], tmp_path: Path):
    confidence = write_confidence_report(tmp_path, judged)["confidence"]
    assert confidence["rank_correlation"] == pytest.approx(1)
    assert confidence["film_rank_correlation"] == pytest.approx(1)
    for group in confidence["reliability"]:
        assert group["expected_px"] == pytest.approx(group["observed_px"])
    assert sum(group["count"] for group in confidence["reliability"]) == 29  # one label is missing
    assert (tmp_path / "reliability.png").read_bytes().startswith(b"\x89PNG")


def test_failures_are_counted_on_the_films_to_review(judged: list[FilmResult], tmp_path: Path):
    confidence = write_confidence_report(tmp_path, judged)["confidence"]
    # above 5 % of 120 pixels are the films that miss by 7, 8 and 9
    assert (confidence["reviewed"], confidence["failures_reviewed"]) == (3, 1.0)
    assert confidence["failures_in_tenth"] == pytest.approx(1 / 3)
    with (tmp_path / "confidence.csv").open() as table:
        rows = list(csv.DictReader(table))
    assert [row["decision"] for row in rows] == ["accept"] * 7 + ["review"] * 3
    assert [row["failures"] for row in rows] == ["0"] * 7 + ["3"] * 3


def test_without_failures_there_is_no_share_of_them(judged: list[FilmResult], tmp_path: Path):
    confidence = write_confidence_report(tmp_path, judged[:5])["confidence"]
    assert confidence["failures_reviewed"] is None and confidence["failures_in_tenth"] is None


def test_the_page_has_a_section_where_the_network_was_calibrated(
    judged: list[FilmResult], results: list[FilmResult], tmp_path: Path
):
    write_evaluation(judged, tmp_path / "calibrated")
    section = confidence_section(read_evaluation(tmp_path / "calibrated"))
    assert section is not None and section["reviewed"] == 3
    assert section["plot"].startswith("<svg")
    write_evaluation(results, tmp_path / "plain")
    assert confidence_section(read_evaluation(tmp_path / "plain")) is None
