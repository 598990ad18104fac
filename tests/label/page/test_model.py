# SPDX-License-Identifier: Apache-2.0
"""The page with a model: proposals are accepted or corrected, and a training is begun, followed and cancelled."""

from __future__ import annotations

import json

import pytest

PROPOSAL = {
    "points": [{"x": 80.0, "y": 60.0}, {"x": 150.0, "y": 70.0}, {"x": 120.0, "y": 150.0}],
    "expected_error": [3.0, 30.0, 8.0],
    "expected_error_mm": [4.1, 40.9, 10.9],
    "confidence": [0.9, 0.1, 0.5],
    "decision": "review",
    "reasons": [],
    "model": "round 1",
}

PROPOSING = f"""(url, method) => {{
  if (/films\\/[0-9a-f]+$/.test(url)) return (film) => ({{ ...film, proposal: {json.dumps(PROPOSAL)} }});
  return null;
}}"""

TRAINING = """(() => {
  let polls = 0;
  let state = "idle";
  return (url, method) => {
    if (url.startsWith("api/films?")) return (films) => ({ ...films, counts: { ...films.counts, labelled: LABELLED } });
    const round = { round: 1, labelled: 2, validation_error: 1.234, correction_error: 2, unit: "mm" };
    if (url === "api/curve") return state === "done" ? [round] : [];
    if (url !== "api/train") return null;
    if (method === "POST") state = "running";
    if (method === "DELETE") return { state: (state = "cancelled"), needed: 2, message: "" };
    if (state === "running" && (polls += 1) > 4) state = "done";
    const progress = { stage: "stage1", epoch: polls, epochs: 4, progress: polls / 4, seconds_left: 90 };
    return { state, needed: 2, message: "", ...progress };
  };
})()"""


@pytest.fixture
def film(page):
    return page.ids()[0]


def reopen(screen):
    address, film = screen.browser.current_url.split("/#")
    screen.open(address, film)


def test_proposals_are_checked_one_by_one_or_taken_all(screen, page, film):
    with screen.stubbed(PROPOSING):
        reopen(screen)
        screen.until(lambda: screen.prompt.startswith("Check 1"))
        kinds = [row.get_attribute("data-kind") for row in screen.every(".landmark")]
        assert kinds == ["proposed"] * 3
        assert [row.text for row in screen.every(".landmark .detail")] == ["± 4.1 mm", "± 40.9 mm", "± 10.9 mm"]
        colours = [sign.value_of_css_property("stroke") for sign in screen.every(".landmark .sign path")]
        forms = [sign.get_attribute("d") for sign in screen.every(".landmark .sign path")]
        lines = [sign.get_attribute("stroke-dasharray") for sign in screen.every(".landmark .sign path")]
        assert len(set(colours)) == len(set(zip(forms, lines, strict=True))) == 3, "told apart without colour as well"

        screen.button("Accept", "#prompt").click()
        screen.until(lambda: page.label(film)["states"] == ["accepted", "unset", "unset"])
        screen.drag((150, 70), (140, 90))
        screen.until(lambda: page.label(film)["states"] == ["accepted", "placed", "unset"])
        screen.press("a")
        screen.until(lambda: page.label(film)["states"] == ["accepted", "placed", "accepted"])
        label = page.label(film)
        assert label["points"][0] == PROPOSAL["points"][0]
        assert label["points"][2] == PROPOSAL["points"][2]
        assert label["points"][1]["x"] == pytest.approx(140, abs=1)
        assert label["status"] == "labelled"
        screen.press("z")
        screen.until(lambda: page.label(film)["states"] == ["accepted", "placed", "unset"])


def test_a_training_is_followed_to_its_end(screen):
    with screen.stubbed(TRAINING.replace("LABELLED", "2")):
        reopen(screen)
        button = screen.button("Train on 2 films")
        assert button.is_enabled()
        screen.press("t")
        screen.until(lambda: "Learning" in screen.one("#training").text)
        assert "2 min left" in screen.one("#training").text
        screen.until(lambda: "the new model" in screen.one("#messages").text)
        assert screen.one("#model-error").text == "1.23 mm"
        titles = [title.get_attribute("textContent") for title in screen.every("#curve title")]
        assert titles == [
            "Round 1: 1.23 mm on validation films with 2 labelled films",
            "Round 1: 2.00 mm by your corrections with 2 labelled films",
        ]
        assert screen.button("Train on 2 films").is_enabled()


def test_a_training_is_cancelled(screen):
    with screen.stubbed(TRAINING.replace("LABELLED", "5").replace("> 4", "> 400")):
        reopen(screen)
        screen.button("Train on 5 films").click()
        screen.button("Cancel", "#training").click()
        screen.until(lambda: "the model in use stays" in screen.one("#messages").text)
        assert screen.button("Train on 5 films").is_enabled()


def test_one_film_is_not_enough_to_train(screen):
    with screen.stubbed(TRAINING.replace("LABELLED", "1")):
        reopen(screen)
        button = screen.button("Train on 1 film")
        assert not button.is_enabled()
        assert "Label 1 film more" in screen.one("#training").text
