# SPDX-License-Identifier: Apache-2.0
"""A study begins without landmarks: they are named, paired, joined and drawn on one film."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from bundle.label.study import Study


@pytest.fixture
def study():
    return Study(name="new", measurements=None)


def shown(screen, page):
    return page.get("/api/study")


def test_a_new_study_gets_its_landmarks(screen, page):
    assert screen.prompt.startswith("Begin with the landmarks")
    screen.press(Keys.ENTER)
    screen.until(lambda: screen.one("#editor").is_displayed())
    screen.one("#editor textarea").send_keys("hip left\nhip right\n<b>sacrum</b>\nhip left\n")
    screen.button("Add these names", "#editor").click()
    names = [field.get_attribute("value") for field in screen.every(".editor-rows input")]
    assert names == ["hip left", "hip right", "<b>sacrum</b>"]
    screen.button("Pair left and right by name", "#editor").click()

    stage = screen.one("#editor .stage")
    stage.send_keys(*[Keys.ARROW_LEFT] * 5, " ", *[Keys.ARROW_RIGHT] * 9, Keys.ARROW_DOWN, " ")
    lines = [Select(box) for box in screen.every(".add-line select")]
    lines[0].select_by_visible_text("hip left")
    lines[1].select_by_visible_text("<b>sacrum</b>")
    screen.button("Draw line", "#editor .add-line").click()
    screen.button("Save landmarks", "#editor").click()
    screen.until(lambda: not screen.one("#editor").is_displayed())

    study = page.get("/api/study")
    assert study["landmarks"] == ["hip left", "hip right", "<b>sacrum</b>"]
    assert study["pairs"] == [["hip left", "hip right"]]
    assert study["skeleton"] == [[0, 2]]
    assert study["template"]["film"] == page.ids()[0]
    drawn = study["template"]["points"]
    assert drawn[0]["x"] < drawn[1]["x"]
    assert drawn[2] is None
    screen.until(lambda: screen.prompt.startswith("Place 1 of 3: hip left"))
    assert [row.text for row in screen.every(".landmark .name")] == study["landmarks"]
    assert screen.one("#guide").is_displayed()


def test_a_set_that_cannot_be_saved_says_why_and_loses_nothing(screen, page):
    screen.press(Keys.ENTER)
    screen.until(lambda: screen.one("#editor").is_displayed())
    screen.button("Save landmarks", "#editor").click()
    screen.until(lambda: "at least one" in screen.one("#editor .fault").text)
    screen.button("Add a landmark", "#editor").click()
    screen.browser.switch_to.active_element.send_keys("sella")
    screen.button("Add a landmark", "#editor").click()
    screen.browser.switch_to.active_element.send_keys("sella")
    screen.button("Save landmarks", "#editor").click()
    screen.until(lambda: "Two landmarks are named sella" in screen.one("#editor .fault").text)
    screen.press(Keys.ESCAPE)
    assert screen.one("#editor").is_displayed(), "Escape throws no work away"
    screen.browser.switch_to.active_element.send_keys(" turcica")
    screen.every(".editor-rows input")[1].send_keys(" turcica")
    screen.button("Save landmarks", "#editor").click()
    screen.until(lambda: page.get("/api/study")["landmarks"] == ["sella", "sella turcica"])


def test_a_renamed_landmark_keeps_its_points(screen, page):
    page.http.put("/api/study", json={"revision": 1, "landmarks": ["a", "b"]})
    film = page.ids()[0]
    page.put(film, [(50, 60), None])
    screen.browser.refresh()
    screen.until(lambda: screen.prompt.startswith("Place 2 of 2: b"))
    screen.one(".bar [data-command=editor]").click()
    field = screen.until(lambda: screen.one(".editor-rows input"))
    field.clear()
    field.send_keys("apex")
    screen.button("Save landmarks", "#editor").click()
    screen.until(lambda: screen.every(".landmark .name")[0].text == "apex")
    label = page.label(film)
    assert label["points"][0] == {"x": 50, "y": 60}
    assert label["states"] == ["placed", "unset"]
    screen.until(lambda: screen.prompt.startswith("Place 2 of 2: b"))
