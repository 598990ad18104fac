# SPDX-License-Identifier: Apache-2.0
"""Solids swept by an ellipse along a curve: ribs, vessels, wires."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.interpolate import CubicSpline

from bundle.synthetic.bone import Template
from bundle.synthetic.geometry import Array
from bundle.synthetic.surface import Topology


def sweep(
    path: Array, width: Array | float, height: Array | float, coat: float = 0.0, rings: int = 40, sides: int = 10
) -> Template:
    """Sweep an ellipse along the smooth curve through points.

    Args:
        path: Points of the curve, mm `[N, 3]`; it nowhere runs along z.
        width: Half width of the ellipse across the curve and z, one for all or one for each point, mm.
        height: Half height of the ellipse in the plane of the curve and z, mm.
        coat: Thickness of the coat, mm.
        rings: Number of ellipses along the curve.
        sides: Number of corners of an ellipse.
    """
    knots = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    fine = np.linspace(0, knots[-1], rings)
    curve = CubicSpline(knots, path)
    middle, tangent = curve(fine), curve(fine, 1)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    across = np.cross(tangent, [0.0, 0, 1])
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    upward = np.cross(across, tangent)
    angle = 2 * np.pi * np.arange(sides) / sides
    half_width, half_height = (
        np.interp(fine, knots, np.broadcast_to(np.asarray(half, float), len(path))) for half in (width, height)
    )
    spoke = (
        np.cos(angle)[None, :, None] * (across * half_width[:, None])[:, None]
        + np.sin(angle)[None, :, None] * (upward * half_height[:, None])[:, None]
    )
    ring = middle[:, None] + spoke
    slimmer = spoke * (1 - np.minimum(coat / np.linalg.norm(spoke, axis=2, keepdims=True), 0.7))
    ends = np.stack([middle[0] - tangent[0] * half_width[0] / 2, middle[-1] + tangent[-1] * half_width[-1] / 2])
    vertices = np.concatenate([ring.reshape(-1, 3), ends])
    inward = np.concatenate([(slimmer - spoke).reshape(-1, 3), coat * np.stack([tangent[0], -tangent[-1]])])
    return Template(_hose(rings, sides), vertices, inward)


@lru_cache
def _hose(rings: int, sides: int) -> Topology:
    """Triangles of a closed hose: rings of vertices one after another, then the two end points."""
    ring, side = np.meshgrid(np.arange(rings - 1), np.arange(sides), indexing="ij")
    here, beside = ring * sides + side, ring * sides + (side + 1) % sides
    walls = [np.stack([here, beside, beside + sides], -1), np.stack([here, beside + sides, here + sides], -1)]
    rim, turn = np.arange(sides), (np.arange(sides) + 1) % sides
    first, last, shift = rings * sides, rings * sides + 1, (rings - 1) * sides
    caps = [
        np.stack([turn, rim, np.full(sides, first)], -1),
        np.stack([rim + shift, turn + shift, np.full(sides, last)], -1),
    ]
    triangles = np.concatenate([part.reshape(-1, 3) for part in walls + caps])
    return Topology.of(triangles[:, ::-1])
