# SPDX-License-Identifier: Apache-2.0
"""Trainings as processes: one at a time, ended with all they started, found again, and never two rounds of one work.

What a process trains stands in for here; `test_loop.py` trains.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bundle.dataset.description import read_dataset
from bundle.errors import BundleError, CheckpointError, ConfigurationError
from bundle.label import rounds, training
from bundle.label.film_list import film_id
from bundle.label.label import LABELLED, PLACED, Mark, Part
from bundle.label.rounds import Error, Round
from bundle.label.store import Store
from bundle.label.training import Training
from bundle.label.workspace import Workspace

SLEEPS = 'echo $$ > "$RUN/pid"; sleep 60 & echo $! > "$RUN/child"; wait'


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_SECONDS_BETWEEN_LOOKS", 0.02)


@pytest.fixture
def store(workspace: Workspace) -> Store:
    return workspace.store


def label(store: Store, *names: str) -> None:
    for name in names:
        film = store.films.find(film_id(name))
        marks = {"left top": Mark(PLACED, (20.0, 18.0)), "bottom": Mark(PLACED, (32.0, float(len(name))))}
        store.change(film, store.label(film).revision, Part(LABELLED, marks), "r", "place")


def judged(round_: Round, _run: Path) -> Round:
    return replace(round_, model="0" * 64, validation_error=Error(1.5, None))


@pytest.fixture
def trains(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Training]:
    """Make `trains(script)`, a training whose process runs a shell script instead; `$RUN` is its run folder."""
    made = []

    def make(script: str, finish: training.Finish = judged, words: tuple[str, ...] = ("--draw", "0")) -> Training:
        def command(_self: Training, round_: Round) -> list[str]:
            return ["sh", "-c", f'RUN="{folder(store, round_.number)}/run"; mkdir -p "$RUN"; {script}']

        monkeypatch.setattr(Training, "_command", command)
        made.append(Training(store, words, finish))
        return made[-1]

    yield make
    for each in made:
        each.close()


def until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def folder(store: Store, number: int = 1) -> Path:
    return rounds.folder_of(store.folder, number)


def alive(file: Path) -> bool:
    """Whether the process runs whose number is in a file."""
    try:
        _, _, state = Path(f"/proc/{file.read_text().strip()}/stat").read_text().rpartition(") ")
    except OSError:
        return False
    return not state.startswith("Z")


def test_a_training_learns_from_what_is_labelled(store, trains):
    label(store, "1.png", "2.png", "3.png")
    loop = trains("true")
    loop.start()
    until(lambda: loop.running is None)
    (done,) = rounds.read_rounds(store.folder)
    assert (done.state, done.validation_error) == ("done", Error(1.5, None))
    dataset = read_dataset(folder(store) / "data")
    assert {str(film.image) for film in dataset.training} == {"films/1.png", "films/2.png", "films/3.png"}
    assert dataset.training[0].landmarks == ((20.0, 18.0), None, (32.0, 5.0))
    assert len(dataset.unlabeled) == 5
    assert not list(store.films.folder.glob("**/*.json")), "nothing is written among the films"
    assert (folder(store) / "data/films/1.png").samefile(store.films.folder / "1.png")


def test_films_without_labels_teach_as_soon_as_something_can_judge_it(store, trains, monkeypatch):
    monkeypatch.setattr(rounds, "FEWEST_TO_VALIDATE", 5)
    loop = trains("true")
    for names, method in (("1.png 2.png 3.png", "windows"), ("4.png 5.png 6.png", "windows_multi_view")):
        label(store, *names.split())
        assert loop.start().method == method
        until(lambda: loop.running is None)
    label(store, "0.png", "7.png")
    assert loop.start().method == "windows", "no film is left without a label"


def test_films_of_another_disk_are_copied_where_they_are_labelled(store, trains, monkeypatch):
    def refuse(*_paths: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    label(store, "1.png", "2.png")
    loop = trains("true")
    loop.start()
    until(lambda: loop.running is None)
    dataset = read_dataset(folder(store) / "data")
    assert (len(dataset.training), dataset.unlabeled) == (2, ())
    copy = folder(store) / "data/films/1.png"
    assert copy.read_bytes() == (store.films.folder / "1.png").read_bytes()


@pytest.mark.parametrize("names", [(), ("1.png",)])
def test_without_two_labels_nothing_is_trained(store, trains, names):
    label(store, *names)
    with pytest.raises(ConfigurationError, match=f"{len(names)} films to learn from are labelled; training needs 2"):
        trains("true").start()
    assert not (store.folder / "rounds").exists()


def test_two_trainings_at_once_are_refused(store, trains):
    label(store, "1.png", "2.png")
    loop = trains(SLEEPS)
    loop.start()
    with pytest.raises(ConfigurationError, match="a training is running"):
        loop.start()
    assert len(rounds.read_rounds(store.folder)) == 1


def test_a_cancelled_training_ends_with_all_it_started_and_goes_on_when_asked(store, trains):
    label(store, "1.png", "2.png")
    loop = trains(SLEEPS)
    with pytest.raises(ConfigurationError, match="no training is running"):
        loop.cancel()
    loop.start()
    child = folder(store) / "run/child"
    until(child.is_file)
    loop.cancel()
    until(lambda: not alive(child))
    assert rounds.read_rounds(store.folder)[0].state == "cancelled"
    again = trains('echo again > "$RUN/again"')
    again.start()
    until(lambda: again.running is None)
    (done,) = rounds.read_rounds(store.folder)
    assert done.state == "done" and (folder(store) / "run/again").is_file(), "the same round went on"


@pytest.mark.parametrize("change", ["labels", "settings"])
def test_other_labels_or_settings_are_another_round(store, trains, change):
    label(store, "1.png", "2.png")
    loop = trains("exit 1")
    loop.start()
    until(lambda: loop.running is None)
    if change == "labels":
        label(store, "3.png")
    again = trains("true", words=("--draw", "1") if change == "settings" else ("--draw", "0"))
    again.start()
    until(lambda: again.running is None)
    assert [each.state for each in rounds.read_rounds(store.folder)] == ["failed", "done"]


def test_a_training_that_fails_says_why(store, trains):
    label(store, "1.png", "2.png")
    loop = trains("echo hello; echo 'error: the film 1.png is broken; replace it' >&2; exit 2")
    loop.start()
    until(lambda: loop.running is None)
    assert loop.rounds[-1].message == "the film 1.png is broken; replace it"
    killed = trains("kill -9 $$")
    killed.start()
    until(lambda: killed.running is None)
    assert "signal 9); start it again, and it goes on" in killed.rounds[-1].message


def test_a_model_that_cannot_be_taken_into_use_is_a_failure(store, trains):
    label(store, "1.png", "2.png")
    for error, message in ((CheckpointError("no model"), "no model"), (RuntimeError("?"), "RuntimeError; see")):

        def refuse(_round: Round, _run: Path, error: Exception = error) -> Round:
            raise error

        loop = trains("true", refuse)
        loop.start()
        until(lambda loop=loop: loop.running is None)
        assert loop.rounds[-1].state == "failed" and message in loop.rounds[-1].message


def test_a_training_goes_on_when_its_server_is_ended(store, trains):
    label(store, "1.png", "2.png")
    loop = trains(SLEEPS)
    loop.start()
    child = folder(store) / "run/child"
    until(child.is_file)
    loop.close()
    until(lambda: not alive(child))
    assert rounds.read_rounds(store.folder)[0].state == "running"
    later = trains("true")
    assert later.running is None
    later.go_on()
    until(lambda: later.running is None)
    assert [each.state for each in rounds.read_rounds(store.folder)] == ["done"]


def test_the_training_of_a_killed_server_is_found_and_can_be_cancelled(store, trains):
    label(store, "1.png", "2.png")
    killed = trains(SLEEPS)
    killed.start()
    child = folder(store) / "run/child"
    until(child.is_file)
    written = (folder(store) / "round.json").read_text()
    pid = int((folder(store) / "run/pid").read_text())
    later = trains('touch "$RUN/second"')
    later.go_on()
    with pytest.raises(ConfigurationError, match="a training is running"):
        later.start()
    time.sleep(0.2)
    assert alive(child) and not (folder(store) / "run/second").exists(), "two never train in one folder"
    later.cancel()
    until(lambda: not alive(child))
    assert not (folder(store) / "run/second").exists()
    killed.close()
    (folder(store) / "round.json").write_text(written)  # as a killed server leaves it
    assert f'"process": {pid}' in written
    last = trains('touch "$RUN/second"')
    last.go_on()
    until(lambda: last.running is None)
    assert (folder(store) / "run/second").is_file() and last.rounds[-1].state == "done"


def test_a_number_of_a_process_that_is_another_by_now_is_left_alone(store, trains):
    """After the machine was started again, the number in `round.json` may be that of anybody."""
    label(store, "1.png", "2.png")
    loop = trains("true")
    loop.start()
    until(lambda: loop.running is None)
    victim = os.fork()
    if victim == 0:
        os.setsid()
        signal.pause()
        os._exit(0)
    try:
        rounds.write_round(store.folder, replace(loop.rounds[-1], state="running", process=victim))
        later = trains("sleep 60")
        later.go_on()
        later.cancel()
        assert os.waitpid(victim, os.WNOHANG) == (0, 0)
    finally:
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)


def test_a_round_that_cannot_be_read_is_named(store, trains):
    label(store, "1.png", "2.png")
    loop = trains("true")
    loop.start()
    until(lambda: loop.running is None)
    (folder(store) / "round.json").write_text("{")
    with pytest.raises(BundleError, match=r"round.json: cannot be read"):
        trains("true")


def test_a_round_tells_the_training_what_it_begins_with(store):
    loop = Training(store, ("--preset", "cpu"), judged)
    round_ = Round(4, "running", 1, ("a",), ("b",), "windows", loop.words, "", warm_start=3)
    words = loop._command(round_)
    assert words[words.index("--warm_start") + 1] == str(folder(store, 3) / "run")
    assert "--warm_start" not in loop._command(replace(round_, warm_start=None))
