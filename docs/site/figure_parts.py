# SPDX-License-Identifier: Apache-2.0
"""What the drawn figures are made of: text, boxes, arrows, a SYNTHETIC film with the points of a network on it."""

from __future__ import annotations

import base64
import json
from functools import cache
from html import escape
from pathlib import Path

FIGURES = Path(__file__).resolve().parents[1] / "figures"
WIDTH = 640

Points = list[tuple[float, float]]


def text(x: float, y: float, *lines: str, anchor: str = "middle", kind: str = "") -> str:
    """Lines of text from y on, 23 apart."""
    spans = "".join(f'<tspan x="{x:g}" y="{y + 23 * row:g}">{escape(line)}</tspan>' for row, line in enumerate(lines))
    return f'<text text-anchor="{anchor}" class="{kind}">{spans}</text>'


def rectangle(x: float, y: float, width: float, height: float, kind: str = "box", more: str = "") -> str:
    """A rectangle; a box has round corners."""
    corner = 10 if kind == "box" and min(width, height) > 40 else 0
    place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{corner}"'
    return f'<rect class="{kind}" {place} {more}/>'


def box(x: float, y: float, width: float, height: float, *lines: str) -> str:
    """A box with its text in the middle."""
    first = y + height / 2 + 6 - 11.5 * (len(lines) - 1)
    return rectangle(x, y, width, height) + text(x + width / 2, first, *lines, kind="strong")


def arrow(*corners: tuple[float, float], kind: str = "") -> str:
    """A line through corners with a head at its end."""
    (x1, y1), (x2, y2) = corners[-2:]
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    u, v = (x2 - x1) / length, (y2 - y1) / length
    base = (x2 - 11 * u, y2 - 11 * v)
    sides = [(base[0] - 6 * v, base[1] + 6 * u), (base[0] + 6 * v, base[1] - 6 * u)]
    path = " ".join(f"{x:g},{y:g}" for x, y in (*corners[:-1], base))
    head = " ".join(f"{x:.1f},{y:.1f}" for x, y in ((x2, y2), *sides))
    return f'<polyline class="edge {kind}" points="{path}"/><polygon class="head" points="{head}"/>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """A line without a head."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def circle(x: float, y: float, radius: float, kind: str) -> str:
    """A dot, a ring or a disc."""
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>'


def disc(x: float, y: float, letter: str, kind: str) -> str:
    """A network as a disc with its letter."""
    return circle(x, y, 19, f"disc {kind}") + text(x, y + 6, letter, kind="on")


def film(x: float, y: float, size: float, *marks: str) -> str:
    """The SYNTHETIC film in a square, and what is drawn on it."""
    place = f'x="{x:g}" y="{y:g}" width="{size:g}" height="{size:g}"'
    return f'<image {place} href="data:image/jpeg;base64,{_film()}"/>' + "".join(marks)


def cut(x: float, y: float, size: float, corner: tuple[float, float], share: float) -> str:
    """A square of the film, enlarged.

    Args:
        x: left edge of where it is drawn.
        y: upper edge of it.
        size: side of it.
        corner: its upper left corner in the film, in [0, 1].
        share: its side in the film, in the same.
    """
    place = f'x="{x:g}" y="{y:g}" width="{size:g}" height="{size:g}"'
    return f'<svg {place} viewBox="{corner[0]:.4f} {corner[1]:.4f} {share:g} {share:g}">{film(0, 0, 1)}</svg>'


def answers() -> Points:
    """The vertices that the network ends with, in [0, 1] of the film."""
    return _points()["local"]


def vertices(x: float, y: float, size: float, step: str, kind: str, before: str | None = None) -> str:
    """The vertices of one step of the network on a film, and the way of each from the step before."""
    places = [(x + size * u, y + size * v) for u, v in _points()[step]]
    ways = ""
    if before:
        origins = [(x + size * u, y + size * v) for u, v in _points()[before]]
        ways = "".join(line(*start, *end, f"path {kind}") for start, end in zip(origins, places, strict=True))
    return ways + "".join(circle(*place, 4.5, f"dot {kind}") for place in places)


@cache
def _points() -> dict[str, Points]:
    content = json.loads((FIGURES / "points.json").read_text())
    return {step: content[step] for step in ("mean", "global", "local")}


@cache
def _film() -> str:
    return base64.b64encode((FIGURES / "film.jpg").read_bytes()).decode()
