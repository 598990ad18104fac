# SPDX-License-Identifier: Apache-2.0
from xml.etree import ElementTree

import pytest
from draw_figures import DRAWINGS, drawing
from figure_parts import FIGURES


@pytest.mark.parametrize("name", DRAWINGS)
def test_figures_are_those_that_are_drawn(name):
    assert (FIGURES / f"{name}.svg").read_text() == drawing(name), "run python docs/site/draw_figures.py"


@pytest.mark.parametrize("name", DRAWINGS)
def test_figures_load_nothing(name):
    for element in ElementTree.fromstring(drawing(name)).iter():
        assert element.get("href", "data:").startswith("data:")
        assert "url(" not in (element.text or "")
