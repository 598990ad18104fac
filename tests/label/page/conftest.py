# SPDX-License-Identifier: Apache-2.0
"""A browser on a study of SYNTHETIC films, each test with a server and a study of its own."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from bundle.dataset.description import read_dataset
from bundle.label.app import PAGE
from bundle.label.study import Study
from bundle.label.workspace import Workspace
from bundle.synthetic.sample import write_sample
from label_screen import PATIENCE_S, Screen

WIDTH, HEIGHT = 1280, 720

DRAWN = """
let seed = 1;
const random = () => { seed = (seed * 16807) % 2147483647; return seed / 2147483647; };
const between = (low, high) => low + random() * (high - low);
const pick = (values) => values[Math.floor(random() * values.length)];
const check = (holds, what) => { if (!holds) throw new Error(JSON.stringify(what)); };
const near = (a, b, by = 1e-6) => Math.abs(a - b) <= by * Math.max(1, Math.abs(a), Math.abs(b));
"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[webdriver.Chrome]:
    """Chromium without a window, or a skip that says how to install it."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (browser and driver):
        pytest.skip("chromium is missing; apt-get install chromium chromium-driver to test the labelling page")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for word in ("headless=new", "no-sandbox", "disable-dev-shm-usage", f"window-size={WIDTH},{HEIGHT}"):
        options.add_argument(f"--{word}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options, Service(driver))
    chrome.set_script_timeout(PATIENCE_S)
    yield chrome
    chrome.quit()


@pytest.fixture
def resize(chromium: webdriver.Chrome) -> Iterator[Callable[[int, int], None]]:
    """Make the page another size."""

    def to(width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    to(WIDTH, HEIGHT)
    yield to
    to(WIDTH, HEIGHT)


@pytest.fixture(scope="session")
def pelvis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of four SYNTHETIC pelvis films."""
    folder = tmp_path_factory.mktemp("page") / "pelvis"
    write_sample("pelvis", str(folder), 0, 0, 4, 0, 0, 256, 1)
    return folder


@pytest.fixture
def study(pelvis: Path) -> Study:
    """Three landmarks of the pelvis, with a line and nothing measured."""
    landmarks = read_dataset(pelvis).landmarks[:3]
    return Study(name="hips", landmarks=landmarks, skeleton=((0, 1),), measurements=None)


@pytest.fixture
def workspace(pelvis: Path, study: Study, tmp_path: Path) -> Workspace:
    """The SYNTHETIC films with that study, read by Ann."""
    return Workspace(pelvis, tmp_path / "study", study, "Ann")


@pytest.fixture
def screen(page: Any, chromium: webdriver.Chrome, resize: Callable[[int, int], None]) -> Screen:
    """The page at the first film."""
    film = page.get(f"/api/films/{page.ids()[0]}")
    screen = Screen(chromium, (film["width"], film["height"]))
    screen.open(str(page.http.base_url).rstrip("/"), film["id"])
    return screen


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def holds(chromium: webdriver.Chrome) -> Iterator[Callable[[str], None]]:
    """Run checks of the page's modules without the page; one that fails says with which numbers."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=PAGE)) as server:
        threading.Thread(target=server.serve_forever).start()
        chromium.get(f"http://127.0.0.1:{server.server_port}/style/colours.css")
        screen = Screen(chromium, (1, 1))

        def check(source: str) -> None:
            assert screen.script(f"{DRAWN}{source}\nreturn 'all hold';") == "all hold"

        yield check
        server.shutdown()
