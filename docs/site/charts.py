# SPDX-License-Identifier: Apache-2.0
"""Charts as SVG that a page holds itself; `extra.css` gives them the colours of its light or dark scheme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

WIDTH = 640  # a phone shows it at about half of that, so letters are large


class Line(NamedTuple):
    """One method: its mean at each place of the axis, and the values that it is the mean of."""

    means: Sequence[float]
    values: Sequence[Sequence[float]]


class Range(NamedTuple):
    """A value with its interval; None where there is none."""

    value: float
    low: float | None
    high: float | None


def line_chart(caption: str, places: Sequence[str], axis: str, unit: str, lines: Mapping[str, Line]) -> str:
    """Lines through means, with a dot for each value, over places that are equally far apart.

    Args:
        caption: sentence below the chart.
        places: names along the horizontal axis.
        axis: what they are.
        unit: of the vertical axis, which begins at 0.
        lines: by name, in the order of the legend.
    """
    left, right, top, bottom = 60, WIDTH - 30, 44 + 30 * len(lines), 430
    highest = max(value for line in lines.values() for values in line.values for value in values)
    step = 1 if highest <= 8 else 5 * -(-highest // 40)

    def x(place: int) -> float:
        return left + 40 + place * (right - left - 80) / max(len(places) - 1, 1)

    def y(value: float) -> float:
        return bottom - value / (step * -(-highest // step)) * (bottom - top)

    parts = []
    for tick in range(int(-(-highest // step)) + 1):
        parts.append(
            f'<line class="grid" x1="{left}" x2="{right}" y1="{y(tick * step):.1f}" y2="{y(tick * step):.1f}"/>'
        )
        parts.append(_text(left - 10, y(tick * step) + 6, f"{tick * step:g}", "end"))
    parts += [_text(x(place), bottom + 28, name, "middle") for place, name in enumerate(places)]
    parts.append(_text((left + right) / 2, bottom + 56, axis, "middle"))
    parts.append(_text(left - 10, top - 18, unit, "end"))
    for number, (name, line) in enumerate(lines.items(), start=1):
        parts.append(f'<circle class="mark s{number}" cx="{left + 8}" cy="{30 * number - 12}" r="7"/>')
        parts.append(_text(left + 26, 30 * number - 6, name))
        points = " ".join(f"{x(place):.1f},{y(mean):.1f}" for place, mean in enumerate(line.means))
        parts.append(f'<polyline class="line s{number}" points="{points}"/>')
        shift = (number - (len(lines) + 1) / 2) * 12
        parts += [
            f'<circle class="mark s{number}" cx="{x(place) + shift:.1f}" cy="{y(value):.1f}" r="4"/>'
            for place, values in enumerate(line.values)
            for value in values
        ]
    return _figure(caption, bottom + 70, parts)


def range_chart(caption: str, rows: Mapping[str, Range], even: float, axis: str) -> str:
    """A row for each value with its interval, and a line where there is no difference.

    Args:
        caption: sentence below the chart.
        rows: by name, from above.
        even: where there is no difference.
        axis: what is shown.
    """
    left, right, top, row = 285, WIDTH - 70, 16, 42
    bottom = top + row * len(rows)
    ends = [end for value in rows.values() for end in value if end is not None] + [even]
    low, high = min(ends) - 0.02, max(ends) + 0.02

    def x(value: float) -> float:
        return left + (value - low) / (high - low) * (right - left)

    parts = [f'<line class="even" x1="{x(even):.1f}" x2="{x(even):.1f}" y1="{top}" y2="{bottom}"/>']
    for index, (name, value) in enumerate(rows.items()):
        y = top + row * (index + 0.5)
        parts.append(_text(left - 16, y + 6, name, "end"))
        if value.low is not None and value.high is not None:
            parts.append(f'<line class="line s1" x1="{x(value.low):.1f}" x2="{x(value.high):.1f}" y1="{y}" y2="{y}"/>')
        parts.append(f'<circle class="mark s1" cx="{x(value.value):.1f}" cy="{y}" r="7"/>')
        parts.append(_text(WIDTH - 4, y + 6, f"{value.value:.2f}", "end"))
    parts.append(_text(x(even), bottom + 24, f"{even:g}", "middle"))
    parts.append(_text((left + right) / 2, bottom + 50, axis, "middle"))
    return _figure(caption, bottom + 62, parts)


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _figure(caption: str, height: float, parts: Sequence[str]) -> str:
    label = escape(caption, quote=True)
    return (
        f'<figure class="drawn"><svg class="chart" role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {height:.0f}">'
        f"{''.join(parts)}</svg><figcaption>{escape(caption)}</figcaption></figure>"
    )
