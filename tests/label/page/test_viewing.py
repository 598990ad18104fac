# SPDX-License-Identifier: Apache-2.0
"""The film is windowed, zoomed and moved, and points stay where they are on it."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest
from selenium.webdriver.common.keys import Keys

HOLD_S = 0.6


def facts(screen):
    """Zoom in percent of the film's pixels, window and level in percent of its greys."""
    numbers = re.findall(r"\d+", screen.one("#film-facts").text)
    return tuple(map(int, numbers))


@pytest.fixture
def spot(page, film):
    """A point of the film in the middle of its greys."""
    detail = page.get(f"/api/films/{film}")
    raw = page.http.get(f"/api/films/{film}/pixels").content
    grey = np.frombuffer(raw, "<u2").reshape(detail["height"], detail["width"]).astype(float)
    low, high = np.quantile(grey, [0.005, 0.995])
    inner = np.abs(grey - (low + high) / 2)[60:-40, 90:-40]  # away from the tools and the facts
    y, x = np.unravel_index(inner.argmin(), inner.shape)
    return float(x) + 90, float(y) + 60


@pytest.fixture
def film(page):
    return page.ids()[0]


def test_greys_of_the_film_are_those_of_the_server(screen, spot):
    assert screen.grey(*spot) == pytest.approx(128, abs=12)


def test_a_right_drag_changes_the_window_and_its_reset_brings_it_back(screen, spot):
    before, window = screen.grey(*spot), facts(screen)
    screen.window_drag(0, 120)
    screen.until(lambda: screen.grey(*spot) < before - 20)
    assert facts(screen)[2] > window[2]
    screen.press("r")
    screen.until(lambda: screen.grey(*spot) == before)
    assert facts(screen) == window
    assert screen.prompt.startswith("Place 1"), "a drag over the film places nothing"


def test_a_drag_with_shift_over_a_landmark_changes_the_window_and_not_the_landmark(screen, page, film, spot):
    screen.click(120, 90)
    screen.until(lambda: page.label(film)["states"][0] == "placed")
    before = screen.grey(*spot)
    chain = screen.move(120, 90).key_down(Keys.SHIFT).click_and_hold()
    chain.move_by_offset(0, 90).release().key_up(Keys.SHIFT).perform()
    screen.until(lambda: screen.grey(*spot) < before)
    assert page.label(film)["revision"] == 1


def test_keys_change_the_window_while_contrast_is_on(screen, spot):
    before = screen.grey(*spot)
    screen.press("w", Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_UP, Keys.ESCAPE)
    screen.until(lambda: screen.grey(*spot) > before)
    screen.press("i")
    screen.until(lambda: screen.grey(*spot) < 128)
    assert screen.one("[data-command=invert]").get_attribute("aria-pressed") == "true"


def test_points_lie_where_they_were_clicked_however_the_film_is_zoomed_and_moved(screen, page, film, spot):
    whole = facts(screen)[0]
    for _ in range(4):
        screen.press("+")
    screen.until(lambda: facts(screen)[0] > 2 * whole)
    screen.drag((100, 100), (80, 90))
    screen.press(" ")
    screen.until(lambda: page.label(film)["states"][0] == "placed")
    zoomed = page.label(film)["points"][0]
    screen.press("z", "0")
    screen.until(lambda: facts(screen)[0] == whole and page.label(film)["states"][0] == "unset")
    screen.click(zoomed["x"], zoomed["y"])
    screen.until(lambda: page.label(film)["states"][0] == "placed")
    again = page.label(film)["points"][0]
    assert (again["x"], again["y"]) == pytest.approx((zoomed["x"], zoomed["y"]), abs=1)


def test_two_fingers_zoom_and_a_held_finger_aims_with_the_magnifier(screen, page, film):
    whole = facts(screen)[0]
    screen.touch([(400, 300), (440, 300)], [(380, 300), (460, 300)], [(340, 300), (500, 300)])
    screen.until(lambda: facts(screen)[0] > 2 * whole)
    assert screen.prompt.startswith("Place 1")
    screen.press("0")
    x, y = screen.on_screen(120, 90)
    box = screen.one("#stage").rect
    finger = {"x": box["x"] + x - 20, "y": box["y"] + y, "id": 1}
    touch = screen.browser.execute_cdp_cmd
    touch("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]})
    time.sleep(HOLD_S)
    touch("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{**finger, "x": box["x"] + x}]})
    screen.until(lambda: screen.one("#magnifier").is_displayed())
    assert page.label(film)["revision"] == 0
    touch("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    screen.until(lambda: page.label(film)["states"][0] == "placed")
    placed = page.label(film)["points"][0]
    assert (placed["x"], placed["y"]) == pytest.approx((120, 90), abs=1)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768), (1920, 1080)])
def test_everything_is_within_the_window(screen, resize, width, height):
    resize(width, height)
    screen.press("k", "v")
    screen.script("document.getElementById('accept-all').hidden = false;")
    cut = screen.script(
        """
        const every = (selector) => [...document.querySelectorAll(selector)];
        const beyond = ({ right, bottom }) => right > innerWidth + 1 || bottom > innerHeight + 1;
        const out = (box) => box.left < 0 || box.top < 0 || beyond(box);
        const wide = (element) => element.scrollWidth > element.clientWidth + 1;
        const seen = every("button, select, h1, h2, #prompt p, #saving").filter((element) => element.offsetParent);
        const fixed = seen.filter((element) => !element.closest("#film-list, #landmark-list, #measurements"));
        const cut = fixed.filter((element) => out(element.getBoundingClientRect()) || wide(element));
        const boxes = every("aside, header, .bar > *, aside > *").filter(wide);
        return [...cut, ...boxes].map((element) => `${element.tagName} ${element.id} ${element.textContent}`);
        """
    )
    assert cut == []
    assert screen.one("#stage").size["width"] > 0.5 * width
    assert screen.one("#landmark-list").size["height"] > 90
