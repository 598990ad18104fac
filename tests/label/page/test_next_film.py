# SPDX-License-Identifier: Apache-2.0
"""The page shows which film to label next."""

from __future__ import annotations

from selenium.webdriver.support.ui import Select


def test_the_list_can_be_in_the_order_to_label(screen, page, workspace):
    screen.until(lambda: workspace.described.pool)
    Select(screen.one("#order")).select_by_value("next")
    suggested = [film["name"] for film in page.get("/api/films", order="next")["films"]]
    screen.until(lambda: [row.text.split("\n")[0] for row in screen.every(".film-row")] == suggested)
    assert not screen.one("#order-note").is_displayed()


def test_until_films_were_looked_at_the_list_says_so_and_then_puts_itself_in_order(screen, page, workspace):
    screen.until(lambda: workspace.described.pool)
    pool, workspace.described.pool = workspace.described.pool, None
    Select(screen.one("#order")).select_by_value("next")
    screen.until(lambda: screen.one("#order-note").text.startswith("by name until all films were looked at"))
    workspace.described.pool = pool
    screen.until(lambda: not screen.one("#order-note").is_displayed())
    suggested = [film["name"] for film in page.get("/api/films", order="next")["films"]]
    screen.until(lambda: [row.text.split("\n")[0] for row in screen.every(".film-row")] == suggested)


def test_the_page_opens_at_the_film_to_label_first(screen, page, workspace):
    screen.until(lambda: workspace.described.pool)
    screen.open(str(page.http.base_url).rstrip("/"))
    (first,) = page.get("/api/next", count=1)
    assert screen.one("#film-name").text == workspace.films.find(first["id"]).name
