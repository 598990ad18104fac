# SPDX-License-Identifier: Apache-2.0
"""Figures of what goes beyond the paper: windows of the film, and the graph of repeated parts."""

from __future__ import annotations

import math
from itertools import pairwise

from figure_parts import answers, arrow, box, circle, cut, film, line, rectangle, text, vertices
from method_figures import Drawing

Place = tuple[float, float]

LOOKED_AT = (1, 12, 8)
SEEN_AT: tuple[Place, ...] = ((0.62, 0.42), (0.4, 0.58), (0.6, 0.6))
"""Where in its window each of them is found, drawn by hand."""

VERTEBRAE = 7


def windows() -> Drawing:
    """Windows around three vertices of a film, and the heatmaps that move them."""
    size, side, share = 220, 100, 64 / 512
    places = [answers()[index] for index in LOOKED_AT]
    parts = [text(4 + size / 2, 22, "film, 512 pixels", kind="strong"), film(4, 36, size)]
    parts += [vertices(4, 36, size, "local", "one"), text(330, 22, "windows", kind="strong")]
    parts.append(text(580, 22, "heatmaps", kind="strong"))
    for row, ((u, v), seen) in enumerate(zip(places, SEEN_AT, strict=True)):
        x, y, half = 4 + size * u, 36 + size * v, size * share / 2
        top = 36 + 114 * row
        parts += [rectangle(x - half, y - half, 2 * half, 2 * half, "ring start")]
        parts += [line(x + half, y, 276, top + side / 2, "path start dash")]
        parts += [cut(280, top, side, (u - share / 2, v - share / 2), share)]
        parts += [circle(330, top + 50, 6, "dot one"), arrow((382, top + 50), (396, top + 50))]
        parts += [arrow((504, top + 50), (528, top + 50)), rectangle(530, top, side, side, "black")]
        at = (530 + side * seen[0], top + side * seen[1])
        parts += [f'<g opacity="{0.2 + 0.1 * ring}">{circle(*at, 26 - 6 * ring, "disc two")}</g>' for ring in range(4)]
        parts += [line(580, top + 50, *at, "path two"), circle(580, top + 50, 6, "dot one"), circle(*at, 6, "dot two")]
    parts += [rectangle(398, 36, 104, 328), text(450, 150, "one", "encoder", kind="strong")]
    parts.append(text(450, 230, "told its", "landmark;", "windows", "talk", kind="soft"))
    parts += [film(4, 296, 68), text(4, 386, "copy, 128", anchor="start"), arrow((78, 330), (104, 330))]
    parts += [box(108, 296, 116, 68, "graph of", "stage 1"), arrow((166, 292), (166, 262))]
    return 396, parts


def parts() -> Drawing:
    """Cells that say where a vertebra may be, the most likely chain of them, and its corners."""
    drawn = []
    for x, title in ((4, "centre or not"), (226, "likeliest chain"), (448, "its corners")):
        drawn += [text(x + 94, 22, title, kind="strong"), rectangle(x, 36, 188, 330, "box square")]
        drawn += [_outline(x, place) for place in map(_vertebra, range(-1, VERTEBRAE + 1))]
    centres = [_vertebra(index)[:2] for index in range(VERTEBRAE)]
    for row in range(16):
        for column in range(9):
            across, down = 6 + 20.6 * column, 40 + 20.4 * row
            near = min(math.dist((across + 9, down + 9), _vertebra(index)[:2]) for index in range(-1, VERTEBRAE + 1))
            shade = f'opacity="{0.75 * math.exp(-((near / 16) ** 2)):.2f}"'
            drawn.append(rectangle(4 + across, down, 18.6, 18.4, "disc start", shade))
    for (x1, y1), (x2, y2) in pairwise(centres):
        drawn.append(line(226 + x1, y1, 226 + x2, y2, "path one"))
    drawn += [circle(226 + x, y, 7, "dot one") for x, y in centres]
    for index in range(VERTEBRAE):
        x, y, turn = _vertebra(index)
        for corner in _corners(x, y, turn):
            drawn += [
                line(448 + x, y, 448 + corner[0], corner[1], "path two"),
                circle(448 + corner[0], corner[1], 5, "dot two"),
            ]
        drawn.append(circle(448 + x, y, 4, "dot one"))
    drawn += [arrow((194, 201), (224, 201)), arrow((416, 201), (446, 201))]
    for x, words in (
        (98, ("every cell says it,", "for all parts alike")),
        (320, ("its place says", "which part is which")),
        (542, ("where each cell", "says they are")),
    ):
        drawn.append(text(x, 392, *words, kind="soft"))
    return 424, drawn


def _vertebra(index: int) -> tuple[float, float, float]:
    """Centre within a panel and turn, in radians, of a vertebra of a bent spine."""
    along = (index + 1) / (VERTEBRAE + 1)
    return 94 + 26 * math.sin(2 * math.pi * along), 62 + 278 * along, -0.45 * math.cos(2 * math.pi * along)


def _corners(x: float, y: float, turn: float) -> list[Place]:
    cosine, sine = math.cos(turn), math.sin(turn)
    wide, high = 23, 12
    around = ((-wide, -high), (wide, -high), (wide, high), (-wide, high))
    return [(x + u * cosine - v * sine, y + u * sine + v * cosine) for u, v in around]


def _outline(left: float, vertebra: tuple[float, float, float]) -> str:
    points = " ".join(f"{left + x:.1f},{y:.1f}" for x, y in _corners(*vertebra))
    return f'<polygon class="box" points="{points}"/>'
