# SPDX-License-Identifier: Apache-2.0
"""Which film comes next: one that stands for the others, one that a model finds hard, and by name until it is known."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bundle.label import described_films, suggestions
from bundle.label.described_films import DESCRIPTORS
from bundle.label.film_list import film_id
from bundle.label.study import Study
from bundle.label.workspace import Workspace
from bundle.selection import choose_films, describe
from label_page import NAMES, Page, write_film


def until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def names(page: Page, **query: Any) -> list[str]:
    return [film["name"] for film in page.get("/api/films", order="next", **query)["films"]]


def suggested(page: Page, count: int = 100) -> list[str]:
    return [film["id"] for film in page.get("/api/next", count=count)]


@pytest.fixture
def many(films: Path) -> Path:
    """Twenty films, a copy of one, one that shows something else and one that is no film."""
    for number in range(8, 20):
        write_film(films / f"{number}.png", number)
    (films / "0 copy.png").write_bytes((films / "0.png").read_bytes())
    Image.linear_gradient("L").resize((64, 56)).save(films / "00.png")
    (films / "none.png").write_text("no film")
    return films


@pytest.fixture
def opened(many: Path, tmp_path: Path) -> Callable[..., Workspace]:
    def open_(**more: Any) -> Workspace:
        return Workspace(many, tmp_path / "study", Study(name="a", landmarks=NAMES), **more)

    return open_


def test_films_that_stand_for_the_others_come_first_as_without_a_server(opened, serve, many):
    workspace = opened()
    page = serve(workspace)
    until(lambda: workspace.described.pool)
    files = [film.file for film in workspace.films]
    chosen = [film_id(files[place].name) for place in choose_films(files, 5).films]
    assert suggested(page, 5) == chosen
    assert not {film_id(name) for name in ("00.png", "none.png", "0 copy.png")} & {*chosen}
    assert suggested(page)[-1] != film_id("00.png"), "it is asked for at last"
    listed = page.get("/api/films", order="next")
    assert [film["id"] for film in listed["films"]][:5] == chosen and listed["note"] is None
    assert len(listed["films"]) == listed["total"] == 23
    reasons = {film["reason"] for film in page.get("/api/next", count=3)}
    assert reasons == {suggestions.STANDS_FOR_OTHERS}


def test_a_film_that_is_begun_is_not_suggested_and_the_others_stay_in_order(opened, serve):
    workspace = opened()
    page = serve(workspace)
    until(lambda: workspace.described.pool)
    before = suggested(page)
    assert page.put(before[0], [[1, 1], None, None]).status_code == 200
    assert suggested(page)[:4] == before[1:5]
    assert page.get("/api/films", order="next")["films"][-2]["id"] in (before[0], film_id("none.png"))


def test_by_name_and_said_so_until_all_films_were_looked_at(opened, serve, monkeypatch):
    go_on = []

    def slow(file: Path) -> Any:
        until(lambda: go_on)
        return describe(file)

    monkeypatch.setattr(described_films, "describe", slow)
    workspace = opened()
    page = serve(workspace)
    assert suggested(page, 2) == [film_id("0 copy.png"), film_id("0.png")]
    assert page.get("/api/next", count=1)[0]["reason"] == suggestions.BY_NAME
    assert page.get("/api/films", order="next")["note"] == "by name until all films were looked at (0 of 23)"
    assert page.get("/api/films")["note"] is None
    go_on.append(True)
    until(lambda: workspace.described.pool)
    assert page.get("/api/films", order="next")["note"] is None


def test_films_are_looked_at_once_and_again_where_they_were_replaced(opened, serve, many, monkeypatch):
    looked_at: list[str] = []

    def counted(file: Path) -> Any:
        looked_at.append(file.name)
        return describe(file)

    monkeypatch.setattr(described_films, "describe", counted)
    workspace = opened()
    workspace.described._thread.join()
    first = [film.id for film, _ in workspace.suggestions.ordered()]
    workspace.close()
    assert len(looked_at) == 23
    looked_at.clear()
    Image.linear_gradient("L").resize((50, 70)).save(many / "3.png")
    (kept,) = (workspace.store.folder / DESCRIPTORS).glob(f"{film_id('4.png')}.*")
    kept.write_bytes(b"cut short")
    again = opened()
    again.described._thread.join()
    assert {*looked_at} == {"3.png", "4.png", "none.png"}
    assert [film.id for film, _ in again.suggestions.ordered()] != first
    again.close()


def test_with_a_model_hard_films_come_first_and_not_all_alike(opened, serve, stage1):
    workspace = opened(model=stage1)
    page = serve(workspace)
    until(lambda: workspace.described.pool and page.get("/api/films")["counts"]["proposed"] == 22)
    expected = {
        film.id: workspace.proposer.known(film).mean_expected for film in workspace.films if film.name != "none.png"
    }
    hard = sorted(expected, key=lambda film: -expected[film])[:5]
    answer = page.get("/api/next", count=6)
    assert {film["id"] for film in answer[:5]} == {*hard}
    assert [film["reason"] for film in answer] == [suggestions.HARD] * 5 + [suggestions.STANDS_FOR_OTHERS]


def test_a_server_ends_while_films_are_looked_at(opened, monkeypatch):
    monkeypatch.setattr(described_films, "describe", lambda file: time.sleep(0.2) or describe(file))
    workspace = opened()
    workspace.close()
    assert not workspace.described._thread.is_alive() and workspace.described.pool is None
