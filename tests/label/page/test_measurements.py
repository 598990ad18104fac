# SPDX-License-Identifier: Apache-2.0
"""Measurements of the points that are shown, while they move."""

from __future__ import annotations

import pytest
from selenium.webdriver import ActionChains

from bundle.dataset.description import read_dataset
from bundle.label.study import Study


@pytest.fixture
def study(pelvis):
    return Study(name="hips", landmarks=read_dataset(pelvis).landmarks)


@pytest.fixture
def film(page):
    return page.ids()[0]


def test_measurements_follow_a_point_while_it_is_dragged(screen, page, film):
    places = [(40 + 12 * (index % 14), 40 + 30 * (index // 14)) for index in range(len(page.label(film)["points"]))]
    page.put(film, places)
    screen.browser.refresh()

    def values():
        return [cell.text for cell in screen.every("#measurements dd")]

    screen.until(lambda: any("°" in value for value in values()))
    names = [name.text for name in screen.every("#measurements dt")]
    points = [{"x": float(x), "y": float(y)} for x, y in places]
    measured = page.http.post("/api/measurements", json={"film": film, "points": points}).json()
    assert names == [each["name"] for each in measured]
    before = values()
    x, y = places[page.get("/api/study")["landmarks"].index("right femoral head centre")]
    chain = screen.move(x, y).click_and_hold()
    screen.move(x + 20, y + 9, chain).perform()
    screen.until(lambda: values() != before)
    assert page.label(film)["revision"] == 1, "nothing is saved before the point is dropped"
    ActionChains(screen.browser).release().perform()
    screen.until(lambda: page.label(film)["revision"] == 2)
