# SPDX-License-Identifier: Apache-2.0
"""Charts as pictures for papers, and as elements of a page that colours them."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from bundle.drawing.bland_altman import Compared, draw_bland_altman
from bundle.drawing.cumulative_error import draw_cumulative_error
from bundle.drawing.few_shot_curve import draw_few_shot_curve
from bundle.drawing.figure import DARK, SERIES, line_styles, write_png
from bundle.drawing.schematic import draw_schematic
from bundle.drawing.svg import CSS_VARIABLES, inline_svg
from bundle.drawing.training_curve import draw_training_curve
from bundle.errors import BundleError

ERRORS = np.linspace(0, 9, 300)
HISTORY = [dict.fromkeys(("iteration", "epoch", "loss", "alpha", "validation_error_px"), n) for n in range(1, 9)]
CHARTS = {
    "bland_altman": lambda: draw_bland_altman([Compared("A < B", "mm", ERRORS, ERRORS[::-1])], "300 films"),
    "cumulative": lambda: draw_cumulative_error({f"method {i}": ERRORS + i for i in range(8)}, "mm"),
    "few_shot": lambda: draw_few_shot_curve({"DAG": {1: [2.0, 3.0], 5: [1.0]}, "Π-model": {1: [], 5: [1.5]}}, "mm"),
    "schematic": lambda: draw_schematic(
        np.random.default_rng(0).uniform(0, 9, (30, 2)), np.r_[np.inf, ERRORS[:29]], [f"l{i}" for i in range(30)], "px"
    ),
    "training": lambda: draw_training_curve(HISTORY),
}


@pytest.fixture(params=CHARTS)
def chart(request: pytest.FixtureRequest) -> Figure:
    return CHARTS[request.param]()


def test_a_page_colours_a_chart_and_gives_it_its_font(chart: Figure) -> None:
    text = inline_svg(chart, "a")
    variables = set(re.findall(r"var\((--chart-\d+)\)", text))
    assert len(variables) > 3 and variables <= set(CSS_VARIABLES.values())
    assert not re.findall(r"#[0-9a-f]{6}\b|rgb|font-family|<style|http|<image", text)
    svg = ElementTree.fromstring(text)
    assert svg.tag == "svg" and svg.attrib.keys() == {"width", "viewBox"}
    assert any("".join(words.itertext()).strip() for words in svg.iter("text"))


def test_no_two_charts_share_an_id_and_each_refers_to_its_own(chart: Figure) -> None:
    found = []
    for name in ("a", "b"):
        text = inline_svg(chart, name)
        ids = re.findall(r' id="([^"]*)"', text)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'(?:href="|url\()#(\w+)', text)) == set(ids)
        found += ids
    assert found and len(found) == len(set(found))


@pytest.mark.parametrize("kind", CHARTS)
def test_the_same_chart_is_the_same_text(kind: str) -> None:
    assert inline_svg(CHARTS[kind](), "a") == inline_svg(CHARTS[kind](), "a")


def test_every_colour_has_one_for_dark_pages_that_differs() -> None:
    assert all(light != dark for light, dark in DARK.items())
    assert len(set(DARK.values())) == len(DARK)
    assert {style["color"] for style in islice(line_styles(), len(SERIES))} == set(SERIES) <= DARK.keys()


def test_for_papers_a_chart_is_a_light_picture(chart: Figure, tmp_path: Path) -> None:
    write_png(tmp_path / "chart.png", chart)
    with Image.open(tmp_path / "chart.png") as picture:
        assert min(picture.size) > 500
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "chart.png").mkdir()
    with pytest.raises(BundleError, match=r"chart\.png: cannot be written"):
        write_png(tmp_path / "chart.png", CHARTS["training"]())
