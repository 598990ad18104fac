# SPDX-License-Identifier: Apache-2.0
"""The folder that an evaluation leaves, written directly and by the handler."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from monai.engines import SupervisedEvaluator
from PIL import Image

from bundle.errors import ConfigurationError
from bundle.evaluation.evaluation import headline, write_evaluation
from bundle.evaluation.example_films import CASES
from bundle.evaluation.reporter import EvaluationReporter
from bundle.evaluation.tables import errors_of
from bundle.metrics import summarize_errors
from bundle.results.film_result import FilmResult
from bundle.results.recorder import Recorder

ONE, TWO = dict.fromkeys(CASES, 1), dict.fromkeys(CASES, 2)


def test_everything_is_written(results: list[FilmResult], names: list[str], tmp_path: Path) -> None:
    metrics = write_evaluation(results, tmp_path / "out", skeleton=[(0, 2)], overlays=TWO)
    assert metrics["skeleton"] == [[0, 2]]
    assert json.loads((tmp_path / "out" / "metrics.json").read_text()) == metrics
    assert metrics.items() >= summarize_errors(errors_of(results), names).items()
    files = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert files == {
        ".evaluation_files.jsonl",
        "metrics.json",
        "errors.csv",
        "landmarks.csv",
        "cumulative_error.png",
    } | {film["file"] for film in metrics["overlays"]}
    with Image.open(tmp_path / "out" / "cumulative_error.png") as plot:
        assert min(plot.size) > 400


def test_best_typical_and_worst_films(results: list[FilmResult], names: list[str], tmp_path: Path) -> None:
    shuffled = [results[index] for index in np.random.default_rng(0).permutation(len(results))]
    overlays = write_evaluation(shuffled, tmp_path, overlays=TWO)["overlays"]
    chosen = [(film["case"], film["name"], film["mean_error"], film["unit"]) for film in overlays]
    assert chosen == [
        ("best", "films/film_0.png", 0.0, "mm"),
        ("best", "films/film_1.png", 0.5, "mm"),
        ("typical", "films/film_4.png", 2.0, "mm"),
        ("typical", "films/film_5.png", 2.5, "mm"),
        ("worst", "films/film_9.png", 4.5, "mm"),
        ("worst", "films/film_8.png", 4.0, "mm"),
    ]


def test_few_films_are_drawn_once(results: list[FilmResult], names: list[str], tmp_path: Path) -> None:
    overlays = write_evaluation(results[:3], tmp_path, overlays={"best": 3, "worst": 2})["overlays"]
    assert [(film["case"], film["name"]) for film in overlays] == [
        ("best", "films/film_0.png"),
        ("worst", "films/film_2.png"),
        ("worst", "films/film_1.png"),
    ]
    assert write_evaluation(results, tmp_path)["overlays"] == []


@pytest.mark.parametrize("overlays", [3, {"middling": 1}, {"worst": -1}, {"best": 1.5}])
def test_overlays_that_say_nothing_are_refused(
    results: list[FilmResult], names: list[str], tmp_path: Path, overlays: Any
) -> None:
    with pytest.raises(ConfigurationError, match=r"overlays: .* by best, typical, worst"):
        write_evaluation(results, tmp_path, overlays=overlays)


def test_headline(results: list[FilmResult], names: list[str], tmp_path: Path) -> None:
    known = write_evaluation(results[8:], tmp_path)
    assert headline(known) == "mean error 4.25 mm (8.50 px), failure rate 100.0 % on 2 films"
    unknown = [replace(result, spacing=np.full(2, np.nan)) for result in results]
    synthetic = write_evaluation(unknown, tmp_path, synthetic=True)
    assert headline(synthetic).endswith("% on 10 synthetic films")
    assert "mm" not in headline(synthetic)


def test_a_prediction_that_is_not_finite_is_reported(
    results: list[FilmResult], names: list[str], tmp_path: Path
) -> None:
    results[2].landmarks[:] = np.nan
    metrics = write_evaluation(results, tmp_path, overlays=ONE)
    assert metrics["overlays"][-1] == {
        **{"case": "worst", "name": "films/film_2.png", "file": "overlays/worst_1_film_2.jpg"},
        **{"mean_error": None, "unit": "mm"},
    }
    assert "mean error infinite mm" in headline(metrics)


def test_films_without_landmarks_are_refused(results: list[FilmResult], names: list[str], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="labelled split"):
        write_evaluation([replace(result, label=None) for result in results], tmp_path / "out")
    with pytest.raises(ConfigurationError, match="labelled split"):
        write_evaluation([], tmp_path / "out")
    assert not (tmp_path / "out").exists()


class AsPredicted(torch.nn.Module):
    """Takes the predicted landmarks as its image and returns them."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image


def test_the_handler_writes_what_the_function_writes(
    results: list[FilmResult], names: list[str], tmp_path: Path
) -> None:
    items = [
        {
            "image": torch.from_numpy(result.landmarks),
            "label": torch.from_numpy(result.true_landmarks),
            "spacing": torch.from_numpy(result.spacing),
            "size": torch.tensor(result.size),
            "upright": torch.from_numpy(result.upright),
            "spacing_provenance": result.spacing_provenance,
            "name": result.name,
            "path": str(result.image),
        }
        for result in results
    ]
    record = Recorder(names, results[0].model).film_result
    evaluator = SupervisedEvaluator(
        device="cpu",
        val_data_loader=torch.utils.data.DataLoader([*items, items[0]], batch_size=4),
        network=AsPredicted(),
        val_handlers=[EvaluationReporter(tmp_path / "handler", record, synthetic=True, overlays=ONE)],
    )
    expected = write_evaluation(results, tmp_path / "function", synthetic=True, overlays=ONE)
    for _ in range(2):  # a second run starts afresh
        evaluator.run()
        assert json.loads((tmp_path / "handler" / "metrics.json").read_text()) == expected
    for file in ("errors.csv", "landmarks.csv"):
        assert (tmp_path / "handler" / file).read_text() == (tmp_path / "function" / file).read_text()


def test_a_handler_refuses_an_unknown_setting_before_films_are_read(
    results: list[FilmResult], names: list[str], tmp_path: Path
) -> None:
    with pytest.raises(TypeError, match="overlay"):
        EvaluationReporter(tmp_path, Recorder(names, results[0].model).film_result, overlay=ONE)
