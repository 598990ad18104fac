# SPDX-License-Identifier: Apache-2.0
"""Draws `docs/figures/*.svg`: `python docs/site/draw_figures.py`, after a change of a figure.

The figures are 640 units wide with letters of 18, so that a phone shows them whole and legible. Each has its own
colours for a light and a dark screen; the site's style sheet sets them by the scheme that its reader chose.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path

from beyond_figures import parts, windows
from concept_figures import confidence, letterbox, pixel_centres
from figure_parts import FIGURES, WIDTH
from method_figures import Drawing, network, stage_two, teachers

STYLE = Path(__file__).with_name("figure.css")

DRAWINGS: dict[str, tuple[Callable[[], Drawing], str]] = {
    "network": (network, "A feature map; a global graph network moves the mean shape as one, a local one each point"),
    "stage_two": (stage_two, "A teacher gives a student the pseudo ground truth of unlabelled films"),
    "teachers": (teachers, "Who gives the pseudo ground truth in each method"),
    "windows": (windows, "Windows of the film around the vertices; a heatmap in each moves its vertex"),
    "parts": (parts, "Cells that may be centres of vertebrae, the likeliest chain of them, and its corners"),
    "pixel_centres": (pixel_centres, "Coordinates count from the centre of the first pixel"),
    "letterbox": (letterbox, "A film is padded to a square"),
    "confidence": (confidence, "Three signals give the expected error of a landmark"),
}


def drawing(name: str) -> str:
    """One figure as the text of its SVG file."""
    draw, label = DRAWINGS[name]
    height, parts = draw()
    style = re.sub(r"\s+", " ", STYLE.read_text()).strip()
    frame = f'class="figure" role="img" aria-label="{escape(label)}" viewBox="0 0 {WIDTH} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {frame}><style>{style}</style>{"".join(parts)}</svg>\n'


if __name__ == "__main__":
    for each in DRAWINGS:
        (FIGURES / f"{each}.svg").write_text(drawing(each))
