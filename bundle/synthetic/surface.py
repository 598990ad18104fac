# SPDX-License-Identifier: Apache-2.0
"""Closed triangle surfaces and the exact length of every pixel's ray inside them.

Along a ray, the length inside a closed surface is the sum of the depths at which the ray leaves it minus the sum of
those at which it enters. Depth is affine over a projected triangle (to 1e-3 mm for triangles of a few mm), so a film is
the sum, over all edges, of a step between two affine functions: one pass over the edges' scan lines and two running
sums give the whole film.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bundle.synthetic.geometry import Array, ConeBeam

Indices = NDArray[np.integer]


@dataclass(frozen=True)
class Topology:
    """Triangles of a closed, outward oriented surface.

    Attributes:
        triangles: Vertex indices `[T, 3]`, counter-clockwise seen from outside.
        edges: Vertex pairs `[E, 2]`, each edge once, in the direction of its left triangle.
        sides: The triangles `[E, 2]` to the left and to the right of each edge.
    """

    triangles: Indices
    edges: Indices
    sides: Indices

    @classmethod
    def of(cls, triangles: Indices) -> Topology:
        """Find the edges of triangles `[T, 3]`.

        Raises:
            ValueError: The triangles do not close a surface.
        """
        starts, ends = triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()
        owner = np.repeat(np.arange(len(triangles)), 3)
        forward = np.flatnonzero(starts < ends)
        backward = np.flatnonzero(starts > ends)
        forward = forward[np.lexsort((ends[forward], starts[forward]))]
        backward = backward[np.lexsort((starts[backward], ends[backward]))]
        edges = np.stack([starts[forward], ends[forward]], axis=1)
        if not np.array_equal(edges, np.stack([ends[backward], starts[backward]], axis=1)):
            raise ValueError("the triangles do not form a closed surface")
        return cls(triangles, edges, np.stack([owner[forward], owner[backward]], axis=1))

    @classmethod
    def joined(cls, parts: Sequence[Topology], sizes: Sequence[int]) -> Topology:
        """Several surfaces of `sizes` vertices as one, their vertices one after another."""
        vertex = np.cumsum([0, *sizes[:-1]])
        triangle = np.cumsum([0, *(len(part.triangles) for part in parts[:-1])])
        return cls(
            np.concatenate([part.triangles + start for part, start in zip(parts, vertex, strict=True)]),
            np.concatenate([part.edges + start for part, start in zip(parts, vertex, strict=True)]),
            np.concatenate([part.sides + start for part, start in zip(parts, triangle, strict=True)]),
        )

    def reversed(self) -> Topology:
        """The same surface after a reflection of its vertices, which turns every triangle over."""
        return Topology.of(self.triangles[:, ::-1])


@dataclass(frozen=True)
class Solid:
    """A homogeneous part of a body.

    Attributes:
        topology: The triangles of its surface.
        vertices: Positions of the surface's vertices, mm `[V, 3]`.
        attenuation: Linear attenuation coefficient per mm; negative where it stands for the lack of another material.
    """

    topology: Topology
    vertices: Array
    attenuation: float


def line_integrals(solids: Sequence[Solid], beam: ConeBeam) -> Array:
    """Attenuation accumulated along each pixel's ray: the sum over all solids of attenuation times path length.

    Args:
        solids: Parts of the body; where they overlap, their attenuations add up.
        beam: Source and detector; every solid lies between them.

    Returns:
        `[rows, columns]` float64, without unit.
    """
    width = beam.columns + 1  # one more column collects the edges right of the film
    steps = [_steps(solid, beam) for solid in solids]
    if not steps:
        return np.zeros((beam.rows, beam.columns))
    cell, slope, value = (np.concatenate(parts) for parts in zip(*steps, strict=True))
    slopes, values = (
        np.bincount(cell, weights, beam.rows * width).reshape(beam.rows, width).cumsum(axis=1)[:, :-1]
        for weights in (slope, value)
    )
    return (slopes * np.arange(beam.columns) + values) * beam.obliquity * beam.handedness


def _planes(pixels: Array, heights: Array, triangles: Indices) -> Array:
    """Coefficients (a, b, c) `[T, 3]` of the function a x + b y + c with the given heights at a triangle's corners."""
    (x0, x1, x2), (y0, y1, y2) = pixels[triangles, 0].T, pixels[triangles, 1].T
    h0, h1, h2 = heights[triangles].T
    dx1, dy1, dh1, dx2, dy2, dh2 = x1 - x0, y1 - y0, h1 - h0, x2 - x0, y2 - y0, h2 - h0
    area = dx1 * dy2 - dx2 * dy1
    area = np.where(np.abs(area) < 1e-9, np.inf, area)  # seen edge on: no pixel centre lies inside
    a = (dh1 * dy2 - dh2 * dy1) / area
    b = (dx1 * dh2 - dx2 * dh1) / area
    return np.stack([a, b, h0 - a * x0 - b * y0], axis=1)


def _steps(solid: Solid, beam: ConeBeam) -> tuple[Indices, Array, Array]:
    """Where the film's rows cross a solid's projected edges, and how its depth's affine function changes there.

    Returns:
        Index of the first pixel right of each crossing, on a film of one column more, and the steps of the function's
        slope and value; three arrays `[N]`.
    """
    pixels, depth = beam.project(solid.vertices)
    planes = _planes(pixels, (depth - depth.mean()) * solid.attenuation, solid.topology.triangles)
    edges, sides = solid.topology.edges, solid.topology.sides
    (start_x, start_y), (end_x, end_y) = pixels[edges[:, 0]].T, pixels[edges[:, 1]].T
    first = np.clip(np.ceil(np.minimum(start_y, end_y)), 0, beam.rows).astype(np.int64)
    last = np.clip(np.ceil(np.maximum(start_y, end_y)), 0, beam.rows).astype(np.int64)
    crossing = np.flatnonzero(last > first)
    first, count = first[crossing], (last - first)[crossing]
    start_x, start_y, end_x, end_y = start_x[crossing], start_y[crossing], end_x[crossing], end_y[crossing]
    step = (planes[sides[crossing, 0]] - planes[sides[crossing, 1]]) * np.sign(start_y - end_y)[:, None]
    lean = (end_x - start_x) / (end_y - start_y)

    edge = np.repeat(np.arange(len(crossing)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count - first, count)
    column = np.ceil((start_x - lean * start_y)[edge] + lean[edge] * row)
    cell = row * (beam.columns + 1) + np.clip(column, 0, beam.columns).astype(np.int64)
    return cell, step[edge, 0], step[edge, 1] * row + step[edge, 2]
