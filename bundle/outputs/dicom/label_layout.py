# SPDX-License-Identifier: Apache-2.0
"""Where the names of landmarks stand on a film: near their points, within the film, none over another."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

LINES = 64
"""Lines of text that would fill the film's longer side."""
_WIDTH = 0.5
"""Width of a character in heights of a line."""
_SHRINK, _SMALLEST = 0.8, 1 / 512
_OVER_CROSS, _OVER_NAME = 3.0, 1e6
"""What it costs to cover a point or another name, in lines of distance from the point."""


def place_names(points: Mapping[str, np.ndarray], size: tuple[int, int], title: np.ndarray) -> dict[str, np.ndarray]:
    """Find a box for each name; lines become thinner where the film has no room for all.

    Args:
        points: The landmarks by name, `[2]` (column, row) from the film's corner.
        size: Width and height of the film in pixels.
        title: Box `[4]` that is taken: left, top, right, bottom.

    Returns:
        `[4]` left, top, right and bottom by name, right of the point or left of it.
    """
    height = min(max(size) / LINES, size[1] / (len(points) + 2))
    while True:
        boxes, overlap = _placed(points, size, title, height)
        if not overlap or height < _SMALLEST * max(size):
            return boxes
        height *= _SHRINK


def _placed(
    points: Mapping[str, np.ndarray], size: tuple[int, int], title: np.ndarray, height: float
) -> tuple[dict[str, np.ndarray], bool]:
    crosses = np.stack([np.r_[point, point] for point in points.values()]) + height / 2 * np.array([-1, -1, 1, 1])
    taken, boxes, overlap = title[None], {}, False
    for name, point in sorted(points.items(), key=lambda named: named[1][1]):
        candidates, distance = _candidates(name, point, size, height)
        over_names = _overlaps(candidates, taken)
        cost = distance + _OVER_CROSS * _overlaps(candidates, crosses) + _OVER_NAME * over_names
        best = int(cost.argmin())
        overlap |= bool(over_names[best])
        boxes[name] = candidates[best]
        taken = np.vstack([taken, boxes[name]])
    return {name: boxes[name] for name in points}, overlap


def _candidates(name: str, point: np.ndarray, size: tuple[int, int], height: float) -> tuple[np.ndarray, np.ndarray]:
    """Boxes `[C, 4]` on both sides of a point, and their distances from it in lines `[C]`."""
    columns, rows = size
    width = min(_WIDTH * height * len(name), columns / 2)
    tops = np.arange(0, rows - height + 1e-6, height / 4)
    boxes, distances = [], []
    for left in (point[0] + height, point[0] - height - width):
        inside = np.clip(left, 0, columns - width)
        boxes.append(np.stack(np.broadcast_arrays(inside, tops, inside + width, tops + height), axis=-1))
        distances.append(np.abs(tops + height / 2 - point[1]) / height + abs(inside - left) / height)
    return np.concatenate(boxes), np.concatenate(distances)


def _overlaps(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How many of the other boxes `[O, 4]` each box `[B, 4]` overlaps."""
    apart = (boxes[:, None, :2] >= others[None, :, 2:]) | (boxes[:, None, 2:] <= others[None, :, :2])
    return (~apart.any(axis=-1)).sum(axis=-1)
