# SPDX-License-Identifier: Apache-2.0
"""Films of a known landmark set: what a person has to type besides, the commands tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from bundle.__main__ import main
from bundle.commands.configuration import read_configuration
from bundle.comparison.cells import CONFIGS
from bundle.importers.landmark_sets import LANDMARK_SETS, SPINE, set_of

OVERLAY = "configs/sites/spine.yaml"


def films(folder: Path, points: int) -> Path:
    """Eight tall films and a table without names, one landmark below the other."""
    (folder / "films").mkdir()
    for number in range(8):
        film = Image.linear_gradient("L").resize((40, 200)).rotate(number)
        film.save(folder / "films" / f"{number}.png")
    numbers = ",".join(f"{10 + point % 2},{2 + 2 * point}" for point in range(points))
    lines = [f"{number}.png,{numbers}" for number in range(8)]
    header = ",".join(f"x{point},y{point}" for point in range(points))
    (folder / "landmarks.csv").write_text("\n".join([f"image,{header}", *lines]) + "\n")
    return folder / "landmarks.csv"


def imported(table: Path, *words: str) -> list[str]:
    out = table.parent / "data"
    return ["import", "csv", str(table), "--images", str(table.parent / "films"), "--out", str(out), *words]


def test_points_without_names_that_may_be_of_a_known_set(tmp_path: Path, capsys):
    assert main(imported(films(tmp_path, 68))) == 0
    printed = capsys.readouterr().out
    assert "the landmarks have no names; if they are those of the set spine, import again into another" in printed
    assert "--landmark_set spine" in printed
    assert OVERLAY not in printed


def test_spines_are_told_their_overlay(tmp_path: Path, capsys):
    assert main(imported(films(tmp_path, 68), "--landmark_set", "spine")) == 0
    printed = capsys.readouterr().out
    assert "no names" not in printed
    assert printed.splitlines()[-1].endswith(f"--overlays {OVERLAY}")
    assert main(["check", str(tmp_path / "data")]) == 0
    printed = capsys.readouterr().out
    assert f"whole spines: train with --overlays {OVERLAY}" in printed
    assert "--image_size" not in printed, "one piece of advice, not two"


@pytest.mark.parametrize("points", [66, 67])
def test_of_other_numbers_nothing_is_said(tmp_path: Path, capsys, points: int):
    assert main(imported(films(tmp_path, points))) == 0
    assert "--landmark_set" not in capsys.readouterr().out


def test_landmarks_that_have_names_are_not_taken_for_a_set():
    assert set_of(SPINE.landmarks) is None
    for name, known in LANDMARK_SETS.items():
        assert set_of([f"landmark {number + 1}" for number in range(len(known.landmarks))]) == name


def test_an_overlay_of_the_bundle_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from argparse import Namespace

    def found() -> Path:
        return read_configuration(Namespace(preset="cpu", overlays=[Path(OVERLAY)], stage2_overlays=[], settings=[]))[
            "overlays"
        ][0]

    monkeypatch.chdir(tmp_path)
    assert found() == CONFIGS / "sites" / "spine.yaml"
    own = tmp_path / OVERLAY
    own.parent.mkdir(parents=True)
    own.write_text("elastic: 0\n")
    assert found() == own, "one's own comes first"
