# SPDX-License-Identifier: Apache-2.0
"""Charts as SVG to stand inside a page, which gives them its font, and its colours by light or dark."""

from __future__ import annotations

import io
import re

from matplotlib import rc_context
from matplotlib.figure import Figure

from bundle.drawing.figure import DARK

CSS_VARIABLES = {colour: f"--chart-{number}" for number, colour in enumerate(DARK)}
"""For each colour of a chart the name of the variable that a page sets to it, or to that of `DARK`."""
PIXELS_PER_INCH = 80
"""On a page: letters of 9 points in a chart have 10 pixels."""


def inline_svg(figure: Figure, name: str) -> str:
    """Return a figure as an `<svg>` element.

    Args:
        figure: Drawn in colours of `DARK` alone.
        name: Differs from those of all other charts of the page, so that no two ids are the same.
    """
    file = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(file, format="svg", transparent=True, metadata=metadata)
    tag, _, text = file.getvalue().partition("<svg")[2].partition(">")
    used = set(re.findall(r"#(\w+)", text))
    text = re.sub(r"<defs>\s*<style.*?</defs>|font-family: [^;]*; ", "", text, flags=re.DOTALL)
    text = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", text)
    text = re.sub(r": (#[0-9a-f]{6})", lambda found: f": var({CSS_VARIABLES[found[1]]})", text)
    view_box = re.findall(r' viewBox="[^"]*"', tag)[0]
    width = round(PIXELS_PER_INCH * figure.get_figwidth())
    return f'<svg width="{width}"{view_box}>' + text.replace("xlink:href", "href")
