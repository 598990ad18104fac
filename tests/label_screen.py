# SPDX-License-Identifier: Apache-2.0
"""What a person does at the labelling page, in a browser without a screen of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE_S = 30
_MOVE_MS = 30

_SCREEN_POINT = """
const [x, y, width, height, done] = arguments;
import("/static/js/film/view.js").then(({ fitted, toScreen }) => {
  const stage = document.getElementById("stage");
  const area = { width: stage.clientWidth, height: stage.clientHeight };
  done(toScreen(fitted({ width, height }, area, document.getElementById("tools").offsetWidth + 16), { x, y }));
});
"""
_GREY = """
const [x, y] = arguments;
const canvas = document.querySelector("#stage canvas");
return canvas.getContext("2d").getImageData(x * devicePixelRatio, y * devicePixelRatio, 1, 1).data[0];
"""
_PAINTED = """
const canvas = document.querySelector("#stage canvas");
return canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[3] > 0;
"""


_STUB = """
const real = window.fetch;
const answers = %s;
window.fetch = async (url, options = {}) => {
  const answer = answers(String(url), options.method ?? "GET");
  if (!answer) return real(url, options);
  const change = typeof answer === "function" ? answer(await (await real(url, options)).json()) : answer;
  return new Response(JSON.stringify(change), { status: 200 });
};
"""


class Button:
    """A button, found anew where the page draws it anew between finding and using it."""

    def __init__(self, screen: Screen, seen: Callable[[], WebElement | None]) -> None:
        self.screen = screen
        self.seen = seen
        screen.until(seen)

    def click(self) -> None:
        """Press it."""
        self.screen.until(lambda: (found := self.seen()) and [found.click()])

    def is_enabled(self) -> bool:
        """Whether it can be pressed."""
        return bool(self.screen.until(lambda: (found := self.seen()) and [found.is_enabled()])[0])


class Screen:
    """A tab of the browser that shows the page.

    Args:
        browser: The browser.
        size: Width and height of the films in pixels, as they are shown.
    """

    def __init__(self, browser: Chrome, size: tuple[int, int]) -> None:
        self.browser = browser
        self.size = size

    def open(self, address: str, film: str = "") -> None:
        """Open the page at a film, by default at the one that it suggests."""
        self.browser.get("about:blank")  # a change of what stands behind # alone would load nothing
        self.browser.get(f"{address}/#{film}")
        self.until(lambda: self.one("#film-name").text and self.browser.execute_script(_PAINTED))

    @contextmanager
    def stubbed(self, answers: str) -> Iterator[None]:
        """Let pages that are opened meanwhile get other answers than the server's.

        Args:
            answers: a JavaScript function of address and method; it returns an answer, a function that changes the
                server's answer, or nothing.
        """
        source = {"source": _STUB % answers}
        stub = self.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", source)
        try:
            yield
        finally:
            self.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", stub)

    def until(self, happened: Callable[[], Any]) -> Any:
        """Wait until something holds, and return it."""
        wait = WebDriverWait(self.browser, PATIENCE_S, 0.05, [StaleElementReferenceException])
        return wait.until(lambda _: happened())

    def one(self, selector: str) -> WebElement:
        """The element of a CSS selector."""
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def every(self, selector: str) -> list[WebElement]:
        """All elements of a CSS selector."""
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def button(self, text: str, within: str = "body") -> Button:
        """The button that begins with a text, as soon as it is seen."""

        def seen() -> WebElement | None:
            buttons = (button for button in self.every(f"{within} button") if button.is_displayed())
            return next((button for button in buttons if button.text.startswith(text)), None)

        return Button(self, seen)

    def script(self, source: str, *given: Any) -> Any:
        """Run JavaScript that may await; `given` is its `arguments`."""
        ended = "then(done, (error) => done(`failed: ${error.stack}`))"
        body = f"const done = arguments[arguments.length - 1];\n(async () => {{ {source} }})().{ended};"
        return self.browser.execute_async_script(body, *given)

    @property
    def prompt(self) -> str:
        """What the page says is to be done next."""
        return self.one("#prompt p").text

    @property
    def announced(self) -> str:
        """What a screen reader was told last."""
        return self.one("#announcer").get_attribute("textContent") or ""

    @property
    def saved(self) -> bool:
        """Whether everything is saved."""
        return self.one("#saving").text == "Saved"

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            ActionChains(self.browser).send_keys(key).perform()

    def hold(self, modifier: str, *keys: str) -> None:
        """Press keys while a modifier is held."""
        chain = ActionChains(self.browser).key_down(modifier)
        for key in keys:
            chain.send_keys(key)
        chain.key_up(modifier).perform()

    def on_screen(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of a film that is shown whole lies, in screen pixels of the stage."""
        at = self.browser.execute_async_script(_SCREEN_POINT, x, y, *self.size)
        return at["x"], at["y"]

    def grey(self, x: float, y: float) -> int:
        """Grey of the screen at a point of a film that is shown whole, 0 to 255."""
        return int(self.browser.execute_script(_GREY, *self.on_screen(x, y)))

    def move(self, x: float, y: float, chain: ActionChains | None = None) -> ActionChains:
        """Let the mouse go to a point of a film that is shown whole."""
        stage = self.one("#stage")
        sx, sy = self.on_screen(x, y)
        offset = (round(sx - stage.size["width"] / 2), round(sy - stage.size["height"] / 2))
        return (chain or ActionChains(self.browser, duration=_MOVE_MS)).move_to_element_with_offset(stage, *offset)

    def click(self, x: float, y: float) -> None:
        """Click on a point of a film that is shown whole."""
        self.move(x, y).click().perform()

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag from one point of a film that is shown whole to another."""
        chain = self.move(*start).click_and_hold()
        self.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, chain)
        self.move(*end, chain).release().perform()

    def touch(self, *steps: list[tuple[float, float]]) -> None:
        """Put fingers on the film, move and lift them: places in screen pixels of the stage, one list a moment."""
        box = self.one("#stage").rect
        for number, places in enumerate(steps):
            kind = "touchMove" if number else "touchStart"
            fingers = [{"x": box["x"] + x, "y": box["y"] + y, "id": id} for id, (x, y) in enumerate(places)]
            self.browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
        self.browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def window_drag(self, dx: int, dy: int) -> None:
        """Drag over the film with the right button, by screen pixels."""
        chain = ActionChains(self.browser, duration=_MOVE_MS).move_to_element_with_offset(self.one("#stage"), 90, 60)
        chain.w3c_actions.pointer_action.pointer_down(button=2)
        chain.move_by_offset(dx, dy)
        chain.w3c_actions.pointer_action.pointer_up(button=2)
        chain.perform()
