# SPDX-License-Identifier: Apache-2.0
"""The page of one run and of several."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle.__main__ import main
from bundle.evaluation.evaluation import write_evaluation
from film_results import film_result

NETWORK = {"name": "DeepAdaptiveGraph", "backbone": "hrnet_small"}
CARD = {"shots": 10, "draw": 1, "seed": 2, "preprocessing": {"image_size": 128}, "network": NETWORK, "epoch": 40}
STAGE_TWO = {"method": "few-shot DAG", "model": "teacher"}


def evaluate(folder: Path, image: Path, error: float) -> None:
    label = np.array([[10.0, 10.0], [20.0, 20.0]])
    attributes = {"name": "film", "label": label, "spacing": np.array([np.nan, np.nan]), "size": (64, 64)}
    write_evaluation([film_result(image, ["a", "b"], label + error, **attributes)], folder)


@pytest.fixture
def run(tmp_path: Path):
    """Make a run folder as training and evaluation leave it."""
    image = tmp_path / "film.png"
    Image.linear_gradient("L").resize((64, 64)).save(image)

    def make(name: str, error: float, **card) -> Path:
        folder = tmp_path / name
        evaluate(folder / "evaluation", image, error)
        evaluate(folder / "evaluation_mean_shape", image, 3.0)
        (folder / "best.json").write_text(json.dumps({**CARD, "method": "DAG", **card}))
        (folder / "environment.json").write_text('{"device": "cpu", "threads": 2}')
        (folder / "config.json").write_text("{}")
        (folder / "history.csv").write_text("iteration,epoch,loss,validation_error_px\n0,0,,9\n5,1,0.5,4\n")
        if "stage_2_accepted" not in card:
            (folder / "convergence.json").write_text('{"converged": true}')
        return folder

    return make


def page(tmp_path: Path, *words: str | Path) -> str:
    assert main(["report", *map(str, words), "--out", str(tmp_path / "page.html")]) == 0
    return " ".join((tmp_path / "page.html").read_text(encoding="utf-8").split())


def test_a_run_stands_beside_its_mean_shape(run, tmp_path: Path, capsys) -> None:
    content = page(tmp_path, run("dag", 1.0))
    assert content.index('<th scope="row">mean shape alone</th>') < content.index('<th scope="row">DAG</th>')
    assert "<dt>converged</dt><dd>yes</dd>" in content
    assert capsys.readouterr().out.splitlines()[-1] == str(tmp_path / "page.html")


def test_the_page_is_about_the_last_of_several_runs(run, tmp_path: Path) -> None:
    runs = [run("dag", 2.0), run("other", 1.5), run("two", 1.0, **STAGE_TWO, stage_2_accepted=True)]
    content = page(tmp_path, *runs)
    assert content.count('<th scope="row">mean shape alone</th>') == 1
    rows = [content.index(f'<th scope="row">{name}</th>') for name in ("DAG (dag)", "DAG (other)", "few-shot DAG")]
    assert rows == sorted(rows)
    assert "<dt>method</dt><dd>few-shot DAG</dd>" in content and "<dt>model</dt><dd>teacher</dd>" in content
    assert "1.41 ±" in content.split('class="main"')[1]


def test_runs_of_one_method_in_folders_of_one_name_are_told_apart(run, tmp_path: Path) -> None:
    content = page(tmp_path, *(run(f"draw{draw}/dag", 1.0 + draw) for draw in range(3)))
    errors = {row.split("</th>")[0]: row for row in content.split('<th scope="row">')}
    for draw, error in enumerate(("1.41 ±", "2.83 ±", "4.24 ±")):
        assert error in errors[f"DAG (draw{draw}/dag)"]


def test_a_run_given_twice_is_refused(run, tmp_path: Path, capsys) -> None:
    folder = run("dag", 1.0)
    assert main(["report", str(folder), str(folder / ".." / "dag"), "--out", str(tmp_path / "page.html")]) == 2
    assert "is given twice" in capsys.readouterr().err


@pytest.mark.parametrize(("column", "other"), [("film", "films"), ("b", "landmarks")])
def test_runs_on_other_films_are_refused(run, tmp_path: Path, capsys, column: str, other: str) -> None:
    first, second = run("dag", 1.0), run("other", 1.0)
    for name in ("landmarks.csv", "metrics.json"):
        file = first / "evaluation" / name
        file.write_text(file.read_text().replace(f'"{column}"', '"x"').replace(f"{column},a", "x,a"))
    assert main(["report", str(first), str(second), "--out", str(tmp_path / "page.html")]) == 2
    assert f"is of other {other} than" in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()


def test_a_stage_two_that_was_no_better_says_so(run, tmp_path: Path) -> None:
    content = page(tmp_path, run("two", 1.0, **STAGE_TWO, stage_2_accepted=False))
    assert "that of stage 1: stage 2 was not accepted" in content


def test_the_first_overlays_of_an_inference_are_shown_and_how_many_there_are(run, tmp_path: Path) -> None:
    folder, overlays = run("dag", 1.0), tmp_path / "inference"
    overlays.mkdir()
    for index in range(8):
        Image.new("RGB", (64, 64)).save(overlays / f"new{index}.dcm.png")
    content = page(tmp_path, folder, "--predictions", overlays)
    assert "The first 6 of 8 films in name order." in content
    assert [f"new{index}.dcm with its landmarks" in content for index in range(8)] == [True] * 6 + [False] * 2
    for index in range(6, 8):
        (overlays / f"new{index}.dcm.png").unlink()
    assert "in name order" not in page(tmp_path, folder, "--predictions", overlays)


@pytest.mark.parametrize("name", ["absent", "empty"])
def test_predictions_without_an_overlay_are_refused(run, tmp_path: Path, capsys, name: str) -> None:
    (tmp_path / "empty").mkdir()
    words = ["--predictions", str(tmp_path / name), "--out", str(tmp_path / "page.html")]
    assert main(["report", str(run("dag", 1.0)), *words]) == 2
    assert f"{name}: holds no overlay; give as --predictions the output_dir of an inference" in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()


def test_a_run_without_evaluation_is_told(run, tmp_path: Path, capsys) -> None:
    folder = run("dag", 1.0)
    (folder / "evaluation" / "metrics.json").unlink()
    assert main(["report", str(folder), "--out", str(tmp_path / "page.html")]) == 2
    assert "evaluation/metrics.json: cannot be read" in capsys.readouterr().err
