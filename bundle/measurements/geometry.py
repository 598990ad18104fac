# SPDX-License-Identifier: Apache-2.0
"""Geometry in a plane of square units: points are float64 `[2]`, a line is `[2, 2]` from its first point to its second.

NaN in gives NaN out; so does a line whose two points coincide. Nothing here depends on whether y points up or down.
"""

from __future__ import annotations

import numpy as np


def distance(points: np.ndarray) -> float:
    """Length between two points `[2, 2]`."""
    return float(np.linalg.norm(points[1] - points[0]))


def angle(lines: np.ndarray) -> float:
    """Angle in degrees, 0 to 180, between the directions of two lines `[2, 2, 2]`."""
    first, second = lines[:, 1] - lines[:, 0]
    if not (first.any() and second.any()):
        return float("nan")
    return float(np.rad2deg(np.arctan2(abs(_cross(first, second)), first @ second)))


def angle_from_perpendicular(lines: np.ndarray) -> float:
    """Angle in degrees, -90 to 90, by which the second line leans from the perpendicular of the first.

    It is positive where the second line leans towards the direction of the first.
    """
    return 90.0 - angle(lines)


def signed_distance(point: np.ndarray, line: np.ndarray, negative_side: np.ndarray) -> float:
    """Distance of a point from a line, negative where it lies on the same side as the point `negative_side`.

    NaN where `negative_side` lies on the line, because then there are no sides.
    """
    direction = line[1] - line[0]
    side = np.sign(_cross(direction, negative_side - line[0]))
    if not side:
        return float("nan")
    return float(-side * _cross(direction, point - line[0]) / np.linalg.norm(direction))


def projected_distance(points: np.ndarray, line: np.ndarray) -> float:
    """Length from the first to the second point along a line, negative where it runs against the line's direction."""
    direction = line[1] - line[0]
    if not direction.any():
        return float("nan")
    return float((points[1] - points[0]) @ direction / np.linalg.norm(direction))


def area(points: np.ndarray) -> float:
    """Area of the polygon through points `[N, 2]` in their order, by the shoelace formula."""
    centred = points - points[0]
    return float(abs(_cross(centred, np.roll(centred, -1, axis=0)).sum()) / 2)


def _cross(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]
