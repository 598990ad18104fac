# SPDX-License-Identifier: Apache-2.0
"""The verb `label` before its server answers: what a study begins with, and what cannot be served."""

from __future__ import annotations

import re
import socket
import sys
from pathlib import Path

import pytest

from bundle.__main__ import main
from bundle.commands import label
from bundle.comparison.cells import CONFIGS
from bundle.dataset.description import read_dataset
from bundle.importers.landmark_sets import CEPHALOGRAM, SPINE
from bundle.label import app, server
from bundle.label.workspace import Workspace

PIN = r"""^\s*"?([\w.-]+)==([\w.]+)"""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Workspace]:
    """The workspaces that were about to be served."""
    workspaces: list[Workspace] = []
    monkeypatch.setattr(app, "make_app", workspaces.append)
    monkeypatch.setattr(server, "serve", lambda _app, _port, _say: None)
    return workspaces


def test_a_study_of_a_data_folder_has_its_landmarks(dataset: Path, served, capsys):
    assert main(["label", str(dataset)]) == 0
    (workspace,) = served
    assert workspace.store.study.landmarks == read_dataset(dataset).landmarks
    assert workspace.store.folder == dataset.with_name("data-study")
    printed = capsys.readouterr().out
    assert "8 labels taken over; its 2 test films are left out" in printed and "8 films of" in printed


def test_a_study_begins_once(dataset: Path, tmp_path: Path, served):
    words = ["label", str(dataset), "--study", str(tmp_path / "mine")]
    assert main([*words, "--landmark_set", "cephalogram", "--reader", "Ann"]) == 0
    assert main(words) == 0
    assert [each.store.study.landmarks for each in served] == [CEPHALOGRAM.landmarks] * 2
    assert [each.reader for each in served] == ["Ann", None]


def test_trainings_are_configured_as_those_of_train(dataset: Path, served):
    settings = ["--", "--image_size", "96", "--window=48"]
    assert main(["label", str(dataset), "--overlays", "configs/quick.yaml", *settings]) == 0
    assert main(["label", str(dataset), "--study", f"{dataset}-second"]) == 0
    given, default = (workspace.training.words for workspace in served)
    assert given[:2] == ("--preset", "cpu")
    assert given[2:4] == ("--overlays", str(Path("configs/quick.yaml").resolve()))
    assert given[-3:] == ("--", "--image_size=96", "--window=48")
    assert str(label.LOOP) in default and str(label.LOOP_WINDOWS) in default
    assert label.LOOP.is_file() and label.LOOP_WINDOWS.is_file()


def test_a_study_of_spines_has_their_parts_and_its_trainings_their_overlay(dataset: Path, served):
    assert main(["label", str(dataset), "--landmark_set", "spine"]) == 0
    (workspace,) = served
    study = workspace.store.study
    assert (study.parts, study.repeated, study.pairs) == (SPINE.parts, True, SPINE.pairs)
    words = workspace.training.words
    overlays = words[words.index("--overlays") + 1 : words.index("--stage2_overlays")]
    assert overlays == (str(label.LOOP), str(CONFIGS / "sites" / "spine.yaml"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["none"], "none: there is no such folder; give the folder of the films"),
        (["empty"], "holds no DICOM, PNG"),
        (["data", "--study", "data/study"], "lies in the folder of the films"),
        (["data", "--model", "none"], "none"),
        (["data", "--", "image_size"], "after -- stands 'image_size'"),
    ],
)
def test_what_cannot_be_labelled_is_said_in_a_sentence(dataset, tmp_path, monkeypatch, capsys, served, words, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert main(["label", *words]) == 2
    assert sentence in capsys.readouterr().err
    assert not served


def test_a_port_that_is_taken_is_named(dataset: Path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["label", str(dataset), "--port", str(port)]) == 2
    assert f"--port {port}: cannot be listened on" in capsys.readouterr().err


def test_without_its_extra_the_page_says_how_to_install_it(dataset: Path, monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "bundle.label.server")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["label", str(dataset)]) == 2
    assert "uvicorn is not installed" in capsys.readouterr().err


def test_without_monai_label_its_engine_says_how_to_install_it(dataset: Path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "monailabel", None)
    monkeypatch.delitem(sys.modules, "bundle.label.monailabel.routes", raising=False)
    assert main(["label", str(dataset), "--engine", "monailabel"]) == 2
    said = capsys.readouterr().err
    assert "--engine monailabel: monailabel" in said and "is not installed; `make monailabel`" in said
    assert label.REQUIREMENTS.is_file() and str(label.REQUIREMENTS) in said


def test_what_monai_label_needs_pins_nothing_twice():
    needed, ours = (
        {name.lower().replace("_", "-"): version for name, version in re.findall(PIN, file.read_text(), re.MULTILINE)}
        for file in (label.REQUIREMENTS, Path("pyproject.toml"))
    )
    assert needed["monailabel"] == "0.8.5"
    assert ours["torch"] and not needed.keys() & ours.keys()
