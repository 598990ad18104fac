# SPDX-License-Identifier: Apache-2.0
"""A sample is decided by its seed, survives an interruption, and refuses what cannot be done."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest

from bundle.dataset.description import DatasetDescription, read_dataset
from bundle.errors import ConfigurationError, DatasetError
from bundle.synthetic import command, sample
from bundle.synthetic.sample import FILMS, write_sample

SIZE = 72


def make(folder: Path, counts: tuple[int, int, int, int] = (3, 1, 1, 2), **options: int) -> DatasetDescription:
    write_sample("hand", folder, *counts, **{"size": SIZE, **options})
    return read_dataset(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted((folder / FILMS).iterdir())}


def test_the_dataset_describes_its_films(tmp_path: Path) -> None:
    dataset = make(tmp_path)
    assert dataset.synthetic
    assert "SYNTHETIC" in dataset.description
    assert [len(dataset.training), len(dataset.validation), len(dataset.unlabeled), len(dataset.test)] == [3, 1, 1, 2]
    assert all(
        film.labelled and film.spacing is None for film in (*dataset.training, *dataset.validation, *dataset.test)
    )
    assert all(film.landmarks is None for film in dataset.unlabeled)
    assert len(contents(tmp_path)) == 7


def test_a_film_depends_on_seed_and_number_only(tmp_path: Path) -> None:
    few, many = make(tmp_path / "few", (1, 0, 0, 1)), make(tmp_path / "many", (2, 0, 1, 1))
    assert few.training[0] == many.training[0]
    assert contents(tmp_path / "few").items() <= contents(tmp_path / "many").items()
    assert make(tmp_path / "other", (1, 0, 0, 0), seed=1).training[0] != few.training[0]


def test_all_films_of_a_seed_differ(tmp_path: Path) -> None:
    dataset = make(tmp_path)
    labelled = (*dataset.training, *dataset.validation, *dataset.test)
    assert len({film.landmarks for film in labelled}) == len(labelled)
    assert len(set(contents(tmp_path).values())) == 7


def test_processes_share_the_work_without_changing_it(tmp_path: Path) -> None:
    assert make(tmp_path / "one", (2, 0, 0, 0)) == make(tmp_path / "two", (2, 0, 0, 0), workers=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_an_interrupted_run_leaves_whole_films_and_can_be_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sample.dicom.write
    written = []

    def interrupted(file: Path, *arguments: object) -> None:
        if len(written) == 2:
            file.with_suffix(".partial").write_bytes(b"half")
            raise KeyboardInterrupt
        whole(file, *arguments)
        written.append(file)

    monkeypatch.setattr(sample.dicom, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path)
    assert [file.suffix for file in (tmp_path / FILMS).iterdir()] == [".dcm"] * 2
    assert not (tmp_path / "dataset.json").exists()
    monkeypatch.undo()
    times = {file: file.stat().st_mtime_ns for file in written}
    make(tmp_path)
    assert {file: file.stat().st_mtime_ns for file in written} == times
    assert contents(tmp_path) == contents_of_a_fresh_run(tmp_path / "fresh")


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sample.dicom, "write", full)
    with pytest.raises(
        DatasetError, match=r"synthetic_hand_training_000000\.dcm: cannot be written \(No space left on device\)"
    ):
        make(tmp_path)


def contents_of_a_fresh_run(folder: Path) -> dict[str, bytes]:
    make(folder)
    return contents(folder)


def test_the_same_request_grows_a_sample(tmp_path: Path) -> None:
    first = make(tmp_path, (1, 0, 0, 0))
    grown = make(tmp_path, (2, 0, 0, 0))
    assert grown.training[0] == first.training[0]
    assert len(grown.training) == 2


def test_a_film_of_another_seed_is_replaced(tmp_path: Path) -> None:
    make(tmp_path, (1, 0, 0, 0), seed=5)
    (tmp_path / "dataset.json").unlink()
    make(tmp_path, (1, 0, 0, 0))
    make(tmp_path / "fresh", (1, 0, 0, 0))
    assert contents(tmp_path) == contents(tmp_path / "fresh")


def test_another_dataset_is_not_overwritten(tmp_path: Path) -> None:
    make(tmp_path, (1, 0, 0, 0))
    before = (tmp_path / "dataset.json").read_bytes()
    with pytest.raises(DatasetError, match=r"dataset\.json: describes another dataset; choose another folder"):
        make(tmp_path, (1, 0, 0, 0), seed=1)
    assert (tmp_path / "dataset.json").read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match=r"file: cannot be written to .*choose another folder"):
        make(tmp_path / "file")


@pytest.mark.parametrize(
    ("counts", "options", "field"),
    [
        ((-1, 0, 0, 1), {}, "training: -1"),
        ((0, 0, 0, 0), {}, "no films"),
        ((1, 0, 0, 0), {"seed": -1}, "seed: -1"),
        ((1, 0, 0, 0), {"size": 8}, "size: 8"),
        ((1, 0, 0, 0), {"workers": 0}, "workers: 0"),
    ],
)
def test_impossible_numbers_are_refused_before_anything_is_written(
    tmp_path: Path, counts: tuple[int, int, int, int], options: dict[str, int], field: str
) -> None:
    with pytest.raises(ConfigurationError, match=field):
        make(tmp_path / "new", counts, **options)
    assert not (tmp_path / "new").exists()


def test_an_unknown_site_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="'knee' is not known; choose pelvis, hand or chest"):
        write_sample("knee", tmp_path, 1, 0, 0, 0)


def test_the_command_line_writes_a_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    words = f"--site hand --out {tmp_path} --labeled 1 --unlabeled 1 --test 1 --validation 1 --size {SIZE}"
    command.run(parser.parse_args([*words.split(), "--seed", "3", "--workers", "1"]))
    dataset = read_dataset(tmp_path)
    assert [len(dataset.training), len(dataset.validation), len(dataset.unlabeled), len(dataset.test)] == [1, 1, 1, 1]
    assert "seed 3" in dataset.name
    assert "synthetic hand films" in capsys.readouterr().out


def test_landmarks_match_the_film_that_was_written(tmp_path: Path) -> None:
    dataset = make(tmp_path, (2, 0, 0, 0))
    request = sample.Request("hand", 0, SIZE)
    again = sample.write_film(request, tmp_path, ("training", 1))
    assert again == dataset.training[1]
    points = np.array([point or (np.nan, np.nan) for point in again.landmarks or ()])
    assert np.nanmax(points) < SIZE
