# SPDX-License-Identifier: Apache-2.0
"""A film is labelled at the page: by mouse, by keys alone, beside another reader, and without a server for a while."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def point(label, index):
    return label["points"][index]["x"], label["points"][index]["y"]


def states(page, film):
    return page.label(film)["states"]


@pytest.fixture
def film(page):
    return page.ids()[0]


def test_points_are_placed_dragged_undone_and_kept(screen, page, film):
    names = page.get("/api/study")["landmarks"]
    assert screen.prompt.startswith(f"Place 1 of 3: {names[0]}")
    screen.click(60, 70)
    screen.until(lambda: screen.prompt.startswith(f"Place 2 of 3: {names[1]}"))
    screen.until(lambda: states(page, film)[0] == "placed")
    assert point(page.label(film), 0) == pytest.approx((60, 70), abs=1)
    assert page.label(film)["reader"] == "Ann"

    screen.drag((60, 70), (90, 95))
    screen.until(lambda: page.label(film)["revision"] == 2)
    assert point(page.label(film), 0) == pytest.approx((90, 95), abs=1)
    assert states(page, film) == ["placed", "unset", "unset"]

    screen.press("z")
    screen.until(lambda: page.label(film)["revision"] == 3)
    assert point(page.label(film), 0) == pytest.approx((60, 70), abs=1)
    screen.press("y")
    screen.until(lambda: page.label(film)["revision"] == 4)
    assert point(page.label(film), 0) == pytest.approx((90, 95), abs=1)

    screen.press("j", "v")
    screen.until(lambda: states(page, film)[1] == "not_visible")
    screen.press("x")
    screen.until(lambda: states(page, film)[2] == "absent")
    screen.until(lambda: screen.prompt.startswith("Film complete"))
    before = page.label(film)
    assert before["status"] == "labelled"
    screen.browser.refresh()
    screen.until(lambda: screen.prompt.startswith("Film complete"))
    assert page.label(film) == before
    details = [row.text for row in screen.every(".landmark .detail")]
    assert details == ["", "not visible", "does not exist"]


def test_a_click_on_a_decided_landmark_moves_nothing(screen, page, film):
    screen.click(60, 70)
    screen.until(lambda: states(page, film)[0] == "placed")
    screen.press("k")
    screen.click(120, 120)
    screen.until(lambda: "drag it" in screen.one("#messages").text)
    assert page.label(film)["revision"] == 1


def test_a_film_is_labelled_by_keys_alone(screen, page, film):
    names = page.get("/api/study")["landmarks"]
    screen.press(Keys.ARROW_RIGHT, Keys.ARROW_DOWN, " ")
    screen.until(lambda: states(page, film)[0] == "placed")
    screen.until(lambda: f"{names[0]} placed" in screen.announced)
    screen.press("k")
    start = point(page.label(film), 0)
    screen.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    screen.hold(Keys.SHIFT, Keys.ARROW_DOWN)
    screen.hold(Keys.ALT, Keys.ARROW_RIGHT)
    screen.until(lambda: screen.saved and page.label(film)["revision"] >= 2)
    assert point(page.label(film), 0) == pytest.approx((start[0] - 1.9, start[1] + 10), abs=0.02)

    screen.press(Keys.ENTER)
    screen.until(lambda: screen.prompt.startswith(f"Place 2 of 3: {names[1]}"))
    screen.press("v", "v")
    screen.until(lambda: states(page, film) == ["placed", "not_visible", "not_visible"])
    screen.press("n")
    screen.until(lambda: screen.prompt.startswith("Place 1 of 3"))
    assert screen.browser.current_url.split("#")[1] != film
    screen.press("p")
    screen.until(lambda: screen.browser.current_url.endswith(film))


def test_the_place_of_the_keys_is_seen(screen):
    stage = screen.browser.switch_to.active_element
    assert stage.get_attribute("id") == "stage"
    seen = []
    for _ in range(12):
        screen.press(Keys.TAB)
        active = screen.browser.switch_to.active_element
        seen.append(active.value_of_css_property("outline-style"))
    assert set(seen) == {"solid"}


def test_nudges_that_follow_each_other_are_one_step(screen, page, film):
    screen.click(100, 100)
    screen.until(lambda: states(page, film)[0] == "placed")
    screen.press("k")
    screen.hold(Keys.NULL, *[Keys.ARROW_RIGHT] * 5)
    screen.until(lambda: screen.saved and page.label(film)["revision"] == 2)
    assert point(page.label(film), 0)[0] == pytest.approx(105, abs=1)
    screen.press("z")
    screen.until(lambda: page.label(film)["revision"] == 3)
    assert point(page.label(film), 0)[0] == pytest.approx(100, abs=1)


def test_a_second_reader_is_shown_the_difference_and_chooses(screen, page, film):
    screen.click(60, 70)
    screen.until(lambda: states(page, film)[0] == "placed")
    page.put(film, [(80, 80), (150, 50), None], reader="Ben")
    screen.drag((60, 70), (40, 40))
    screen.until(lambda: screen.one("#conflict").is_displayed())
    assert "Ben" in screen.one("#conflict").text
    assert screen.prompt.startswith("Two readers")
    chosen = [row.get_attribute("checked") for row in screen.every("#conflict input")]
    assert chosen == ["true", None, None, "true"]  # mine where I changed it, theirs where they did
    assert point(page.label(film), 0) == (80, 80)

    screen.button("Save this choice").click()
    screen.until(lambda: page.label(film)["revision"] == 3)
    assert point(page.label(film), 0) == pytest.approx((40, 40), abs=1)
    assert point(page.label(film), 1) == (150, 50)
    assert not screen.one("#conflict").is_displayed()


def test_a_conflict_waits_for_its_reader_through_another_film_and_a_reload(screen, page, film):
    screen.click(60, 70)
    screen.until(lambda: states(page, film)[0] == "placed")
    page.put(film, [(80, 80), None, None], reader="Ben")
    screen.drag((60, 70), (40, 40))
    screen.until(lambda: screen.one("#conflict").is_displayed())
    screen.every(".film-row")[1].click()
    screen.until(lambda: "Choose first" in screen.one("#messages").text)
    screen.browser.refresh()
    screen.until(lambda: screen.one("#conflict").is_displayed())
    screen.button("Keep all mine").click()
    screen.until(lambda: page.label(film)["revision"] == 3)
    assert point(page.label(film), 0) == pytest.approx((40, 40), abs=1)


def test_a_point_is_saved_although_the_landmarks_were_changed_meanwhile(screen, page, film):
    names = page.get("/api/study")["landmarks"]
    page.http.put("/api/study", json={"revision": 1, "landmarks": ["new", *reversed(names)], "skeleton": []})
    screen.click(60, 70)
    screen.until(lambda: screen.prompt.startswith("Place 1 of 4: new"))
    screen.until(lambda: states(page, film) == ["unset", "unset", "unset", "placed"])
    assert point(page.label(film), 3) == pytest.approx((60, 70), abs=1)


def test_a_click_beside_the_film_places_nothing(screen, page, film):
    screen.click(120, -6)
    screen.until(lambda: "beside the film" in screen.one("#messages").text)
    assert page.label(film)["revision"] == 0


def test_two_tabs_do_not_overwrite_each_other(screen, page, film):
    first, address = screen.browser.current_window_handle, screen.browser.current_url
    screen.browser.switch_to.new_window("tab")
    try:
        screen.open(*address.split("/#"))
        screen.click(100, 100)
        screen.until(lambda: states(page, film)[0] == "placed")
        screen.browser.switch_to.window(first)
        screen.click(50, 50)
        screen.until(lambda: screen.one("#conflict").is_displayed())
        screen.button("Take all theirs").click()
        screen.until(lambda: screen.prompt.startswith("Place 2"))
        assert point(page.label(film), 0) == pytest.approx((100, 100), abs=1)
        assert page.label(film)["revision"] == 1
    finally:
        for handle in screen.browser.window_handles:
            screen.browser.switch_to.window(handle)
            if handle != first:
                screen.browser.close()
        screen.browser.switch_to.window(first)


def test_what_is_placed_without_a_server_is_saved_when_it_answers(screen, page, film):
    offline = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    screen.browser.execute_cdp_cmd("Network.enable", {})
    screen.browser.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    try:
        screen.click(60, 70)
        screen.click(100, 120)
        screen.until(lambda: "trying again" in screen.one("#saving").text)
        assert screen.prompt.startswith("Place 3")
    finally:
        screen.browser.execute_cdp_cmd("Network.emulateNetworkConditions", {**offline, "offline": False})
    screen.until(lambda: screen.saved)
    assert states(page, film) == ["placed", "placed", "unset"]
    assert point(page.label(film), 1) == pytest.approx((100, 120), abs=1)


def test_nothing_leaves_the_machine_and_nothing_is_refused_by_the_policy(screen, page):
    screen.click(60, 70)
    screen.press("?", Keys.ESCAPE)
    requests = screen.script("return performance.getEntriesByType('resource').map(({ name }) => name);")
    assert requests
    assert all(url.startswith(str(page.http.base_url)) for url in requests)
    logged = [entry["message"] for entry in screen.browser.get_log("browser")]
    assert not [message for message in logged if "Content Security Policy" in message or "Uncaught" in message]


def test_a_flag_is_set_and_taken_back(screen, page, film):
    screen.press("f")
    screen.until(lambda: page.label(film)["status"] == "flagged")
    flag = screen.browser.find_element(By.CSS_SELECTOR, "[data-command=flag]")
    screen.until(lambda: flag.get_attribute("aria-pressed") == "true")
    screen.press("f")
    screen.until(lambda: page.label(film)["status"] == "unlabelled")
