# SPDX-License-Identifier: Apache-2.0
"""The predictor gives one record or one reason a film, in order, however often and with however many it is called."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import bundle
from bundle.__main__ import main
from bundle.dataset.description import read_dataset, write_dataset
from bundle.drawing.overlay import overlay_picture
from bundle.errors import CheckpointError, RadiographError
from bundle.predictor import Predictor, Refusal
from bundle.results.film_result import FilmResult

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture
def run(begun: Callable[..., Path]) -> Path:
    """A run folder whose network answers something."""
    return begun("run", noise=0.05)


@pytest.fixture
def predictor(run: Path) -> Predictor:
    return bundle.load_predictor(run, device="cpu", batch_size=2)


def films(dataset: Path, *numbers: int) -> list[Path]:
    return [dataset / f"{number}.png" for number in numbers]


def test_three_then_seven_then_one_film(predictor: Predictor, dataset: Path):
    alone = {film: predictor(film).landmarks for film in films(dataset, *range(10))}
    assert not np.allclose(*list(alone.values())[:2])
    for numbers in ((3, 1, 2), (0, 1, 2, 3, 4, 5, 6), (9,), (), (5, 5)):
        given = films(dataset, *numbers)
        found = predictor(given)
        assert [record.image for record in found] == given
        for film, record in zip(given, found, strict=True):
            assert isinstance(record, FilmResult)
            np.testing.assert_allclose(record.landmarks, alone[film], atol=1e-3)


def test_a_film_that_cannot_be_read_costs_no_other_its_place(predictor: Predictor, dataset: Path, tmp_path: Path):
    broken, missing = tmp_path / "broken.dcm", tmp_path / "missing.png"
    broken.write_bytes(b"no film")
    first, last = films(dataset, 0, 1)
    found = predictor([broken, first, missing, last, broken])
    assert [type(result) for result in found] == [Refusal, FilmResult, Refusal, FilmResult, Refusal]
    assert [result.image for result in found] == [broken, first, missing, last, broken]
    assert "broken.dcm: " in found[0].reason and "missing.png: no such file" in found[2].reason
    with pytest.raises(RadiographError, match=r"broken\.dcm"):
        predictor(broken)


def test_the_picture_of_a_film_names_its_repeated_parts(dataset: Path, begun: Callable[..., Path]):
    described = read_dataset(dataset)
    names = tuple(f"T{number + 1}" for number in range(len(described.landmarks)))
    parts = {name: (name,) for name in names}
    write_dataset(dataset, replace(described, landmarks=names, parts=parts, repeated=True))
    record = bundle.load_predictor(begun("parts", "parts.yaml"), device="cpu")(dataset / "0.png")
    assert record.parts == {name: [index] for index, name in enumerate(parts)}
    assert overlay_picture(record, "") != overlay_picture(replace(record, parts={}), "")


def test_films_are_read_as_they_are_asked_for(predictor: Predictor, dataset: Path):
    asked: list[Path] = []

    def endless():
        while True:
            asked.append(dataset / "0.png")
            yield asked[-1]

    stream = predictor.stream(endless())
    assert isinstance(next(stream), FilmResult) and isinstance(next(stream), FilmResult)
    assert len(asked) == 2


def test_predict_writes_what_the_predictor_says(
    predictor: Predictor, run: Path, dataset: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    folder = tmp_path / "films"
    folder.mkdir()
    for film in films(dataset, 0, 1, 2):
        shutil.copy(film, folder)
    assert main(["predict", str(run), str(folder), "--out", str(tmp_path / "out"), "--outputs", "json", "csv"]) == 0
    assert "$ python -m monai.bundle run inference --config_file" in capfd.readouterr().out
    for film in films(dataset, 0, 1, 2):
        document = json.loads((tmp_path / "out" / f"{film.name}.json").read_text())
        written = [[landmark["x"], landmark["y"]] for landmark in document["landmarks"]]
        np.testing.assert_allclose(written, predictor(film).landmarks, atol=1e-2)


@pytest.mark.parametrize("place", ["none", "empty"])
def test_no_model_is_told_in_one_sentence(tmp_path: Path, place: str, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CheckpointError):
        bundle.load_predictor(tmp_path / place)
    if place == "empty":
        assert main(["predict", str(tmp_path / place), str(tmp_path), "--out", str(tmp_path / "out")]) == 2
        assert "give the folder of a training that came to its end" in capsys.readouterr().err


def test_the_model_of_bundle_train_goes_before_that_of_a_stage(run: Path, begun: Callable[..., Path]):
    for suffix in (".pt", ".json"):
        shutil.copy(run / f"best{suffix}", run / f"model{suffix}")
    assert bundle.load_predictor(run).weights.file == run / "model.pt"


def test_the_package_stays_light():
    program = "import sys, bundle; bundle.load_predictor; print(sorted({'torch', 'monai', 'numpy'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"
