# SPDX-License-Identifier: Apache-2.0
"""The three Cobb angles of a spine as the AASCE 2019 challenge computes them from the corners of its vertebrae."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class CobbAngles(NamedTuple):
    """Three angles in degrees, in the order and with the names of the challenge's tables.

    Attributes:
        mt: Largest angle between any two vertebrae, the main curve ("main thoracic").
        pt: Angle of the curve above it ("proximal thoracic").
        tl_l: Angle of the curve below it ("thoracolumbar / lumbar"); where the spine is S-shaped and its main curve
            lies in the lower half of the film, that of the curve above `pt` instead.
    """

    mt: float
    pt: float
    tl_l: float


UNKNOWN = CobbAngles(float("nan"), float("nan"), float("nan"))


def cobb_angles(vertebrae: np.ndarray, height: float) -> CobbAngles:
    """Measure a spine as the evaluation of the challenge does (Wang et al., Medical Image Analysis 72, 2021).

    A vertebra's line joins the middles of its left and its right side, half way between its endplates. The main curve
    is the pair of vertebrae with the largest angle. Where all endplates' centres lie on one side of the straight line
    from the first to the last (C shape), the other two angles reach from the ends of the main curve to the first and
    to the last vertebra; else (S shape) each is the largest that begins at an end of the main curve.

    Args:
        vertebrae: `[V, 4, 2]` corners upper left, upper right, lower left, lower right, from above, y down.
        height: Height of the film in the units of the corners.

    Returns:
        Angles from 0 to 180 degrees; NaN where a corner is missing.
    """
    if not np.isfinite(vertebrae).all():
        return UNKNOWN
    angles = _angles_between(vertebrae)
    upper, lower = np.unravel_index(np.argmax(angles), angles.shape)
    endplates = vertebrae.reshape(-1, 2, 2).mean(axis=1)
    if not _is_s_shaped(endplates):
        return CobbAngles(*map(float, (angles[upper, lower], angles[0, upper], angles[-1, lower])))
    above = angles[upper, : upper + 1]
    if endplates[2 * upper, 1] + endplates[2 * lower, 1] < height:
        third = angles[lower, lower:].max()
    else:
        top = int(np.argmax(above))
        third = angles[top, : top + 1].max()
    return CobbAngles(float(angles[upper, lower]), float(above.max()), float(third))


def _angles_between(vertebrae: np.ndarray) -> np.ndarray:
    """Angles in degrees between the lines of all pairs of vertebrae `[V, V]`."""
    left, right = vertebrae[:, [0, 2]].mean(axis=1), vertebrae[:, [1, 3]].mean(axis=1)
    lines = right - left
    lengths = np.linalg.norm(lines, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosines = lines @ lines.T / np.outer(lengths, lengths)
    angles = np.rad2deg(np.arccos(np.clip(cosines, -1, 1)))
    np.fill_diagonal(angles, 0.0)
    return np.asarray(angles)


def _is_s_shaped(endplates: np.ndarray) -> bool:
    """Tell whether endplates' centres `[2 V, 2]` lie on both sides of the line from the first to the last."""
    chord, offsets = endplates[-1] - endplates[0], endplates[1:-2] - endplates[0]
    sides = chord[0] * offsets[:, 1] - chord[1] * offsets[:, 0]
    return bool((sides > 0).any() and (sides < 0).any())
