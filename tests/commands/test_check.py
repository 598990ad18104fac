# SPDX-License-Identifier: Apache-2.0
"""`check` names every film that cannot be read, not the first alone, and reads the dataset once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from monai.bundle import ConfigParser
from PIL import Image

import bundle.dataset.description
from bundle.__main__ import main
from bundle.dataset.fitting_size import LONGER_SIDE

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


@pytest.fixture
def pool(dataset: Path) -> Path:
    """The data folder, two of whose training films are unlabelled now."""
    file = dataset / "dataset.json"
    document = json.loads(file.read_text())
    document["unlabeled"] = [{"image": film["image"]} for film in document["training"][4:]]
    document["training"] = document["training"][:4]
    file.write_text(json.dumps(document))
    return dataset


@pytest.fixture
def damaged(pool: Path) -> Path:
    """One training film is no image, one test film and one unlabelled film are cut after their headers."""
    (pool / "1.png").write_bytes(b"no image")
    for name in ("5.png", "8.png"):
        (pool / name).write_bytes((pool / name).read_bytes()[:400])
    return pool


@pytest.mark.parametrize(
    ("options", "named"), [([], ["1.png"]), (["--pixels"], ["1.png", "5.png", "8.png"])], ids=["headers", "pixels"]
)
def test_every_film_that_cannot_be_read_is_named(damaged: Path, capsys, options: list[str], named: list[str]):
    assert main(["check", str(damaged), *options]) == 2
    out, err = capsys.readouterr()
    *sentences, error = [line for line in err.splitlines() if "reading" not in line]
    assert sorted(Path(sentence.split(":")[0]).name for sentence in sentences) == named
    assert error == f"error: {damaged}: {len(named)} films cannot be read, they are named above; replace them"
    assert out.startswith("triangles: 3 landmarks")


@pytest.mark.parametrize("options", [[], ["--pixels"]])
def test_a_good_dataset_passes(pool: Path, capsys, options: list[str]):
    assert main(["check", str(pool), *options]) == 0


@pytest.mark.parametrize(("size", "suggested"), [((40, 100), "[64,128]"), ((100, 30), "[128,64]"), ((80, 100), None)])
def test_films_far_from_square_are_told_their_size(pool: Path, capsys, size: tuple[int, int], suggested: str | None):
    for name in ("0.png", "1.png", "2.png"):  # of the four that are drawn
        Image.new("L", size).resize(size).save(pool / name)
    main(["check", str(pool)])
    line = capsys.readouterr().out.splitlines()[-1]
    assert (f"--image_size '{suggested}'" in line) == (suggested is not None)
    assert suggested or not line.startswith("films are far from square")


def test_the_longer_side_is_that_of_the_preset():
    assert ConfigParser.load_config_file(str(CONFIGS / "small.yaml"))["image_size"] == LONGER_SIDE


def test_the_dataset_is_read_once(pool: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    calls = []
    check_dataset = bundle.dataset.description.check_dataset
    monkeypatch.setattr(
        bundle.dataset.description, "check_dataset", lambda *arguments: calls.append(check_dataset(*arguments))
    )
    assert main(["check", str(pool)]) == 0
    assert len(calls) == 1


def test_a_copy_of_a_test_film_is_still_found(pool: Path, capsys):
    (pool / "5.png").write_bytes((pool / "9.png").read_bytes())
    assert main(["check", str(pool)]) == 2
    assert "the film '5.png' has the content of the test film '9.png'" in capsys.readouterr().err
