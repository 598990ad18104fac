# SPDX-License-Identifier: Apache-2.0
"""Smooth solids described by signed distances (negative inside, mm), and the closed surface of such a solid."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline, RBFInterpolator
from scipy.ndimage import map_coordinates

from bundle.synthetic.geometry import Array
from bundle.synthetic.surface import Indices

Distance = Callable[[Array], Array]
"""A function of points `[N, 3]` in mm that returns about how far `[N]` each lies outside the solid."""

Point = ArrayLike
"""Three coordinates in mm."""


def ellipsoid(centre: Point, radii: Point, turn: Array | None = None) -> Distance:
    """An ellipsoid whose axes are the coordinate axes turned by the rotation matrix `turn`."""
    middle, semi = np.asarray(centre, float), np.asarray(radii, float)

    def distance(points: Array) -> Array:
        local = points - middle if turn is None else (points - middle) @ turn
        unit = np.linalg.norm(local / semi, axis=1)
        return unit * (unit - 1) / np.maximum(np.linalg.norm(local / semi**2, axis=1), 1e-9)

    return distance


def block(centre: Point, half: Point, rounding: float, turn: Array | None = None) -> Distance:
    """A box of half sides `half` whose edges are rounded by `rounding` mm."""
    middle, inner = np.asarray(centre, float), np.asarray(half, float) - rounding

    def distance(points: Array) -> Array:
        local = points - middle if turn is None else (points - middle) @ turn
        excess = np.abs(local) - inner
        return np.linalg.norm(np.maximum(excess, 0), axis=1) + np.minimum(excess.max(axis=1), 0) - rounding

    return distance


def tube(path: ArrayLike, radii: ArrayLike, flatten: Point = (1, 1, 1)) -> Distance:
    """A tube along the smooth curve through `path`, its radius varying smoothly between the given ones.

    `flatten` divides lengths along each coordinate axis, which makes the cross-section an ellipse.
    """
    nodes = np.asarray(path, float)
    scale = np.asarray(flatten, float)
    widths = np.broadcast_to(np.asarray(radii, float), len(nodes))
    if len(nodes) > 2:
        knots = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(nodes, axis=0), axis=1))])
        fine = np.linspace(0, knots[-1], 4 * (len(nodes) - 1) + 1)
        nodes, widths = CubicSpline(knots, nodes)(fine), np.interp(fine, knots, widths)
    nodes = nodes / scale
    sides = np.diff(nodes, axis=0)
    squares, growth = (sides**2).sum(axis=1), np.diff(widths)

    def distance(points: Array) -> Array:
        scaled = points / scale
        reach = np.einsum("ij,ij->i", scaled, scaled)
        at_node, at_side = nodes[:-1] @ scaled.T, sides @ scaled.T
        nearest = np.full(len(points), np.inf)
        for i, (node, side) in enumerate(zip(nodes[:-1], sides, strict=True)):
            forward = at_side[i] - node @ side
            along = np.clip(forward / squares[i], 0, 1)
            squared = reach - 2 * at_node[i] + node @ node - along * (2 * forward - along * squares[i])
            nearest = np.minimum(nearest, np.sqrt(np.maximum(squared, 0)) - widths[i] - along * growth[i])
        return nearest

    return distance


def half_space(point: Point, normal: Point) -> Distance:
    """Everything on the side of a plane that its outward `normal` points away from."""
    outward = np.asarray(normal, float) / np.linalg.norm(normal)
    return lambda points: (points - np.asarray(point, float)) @ outward


def plate(rim: ArrayLike, inner: ArrayLike, thickness: ArrayLike, rim_thickness: ArrayLike) -> Distance:
    """A curved plate of bone through the given points.

    Args:
        rim: Points along its closed rim, mm.
        inner: Points of its middle surface inside the rim, mm.
        thickness: Thickness at each inner point, mm.
        rim_thickness: Thickness at each point of the rim, mm.
    """
    edge, interior = np.asarray(rim, float), np.asarray(inner, float)
    nodes = np.concatenate([edge, interior])
    middle = edge.mean(axis=0)
    frame = np.linalg.svd(edge - middle)[2]  # rows: two directions in the plate, then its normal
    local = (nodes - middle) @ frame.T
    closed = np.concatenate([local[: len(edge), :2], local[:1, :2]])
    fine = np.linspace(0, len(edge), 5 * len(edge), endpoint=False)
    outline = CubicSpline(np.arange(len(closed)), closed, bc_type="periodic")(fine)
    low, step = outline.min(axis=0) - 40, 3.0
    cells = np.ceil((outline.max(axis=0) + 40 - low) / step).astype(int)
    flat = low + step * np.stack(np.meshgrid(*(np.arange(n) for n in cells), indexing="ij"), axis=-1).reshape(-1, 2)
    targets = np.column_stack([local[:, 2], np.concatenate([rim_thickness, thickness])])
    height, thick = RBFInterpolator(local[:, :2], targets, kernel="thin_plate_spline")(flat).T
    fields = [field.reshape(cells) for field in (height, np.maximum(thick, 3) / 2, _polygon_distance(flat, outline))]

    def distance(points: Array) -> Array:
        turned = (points - middle) @ frame.T
        place = ((turned[:, :2] - low) / step).T
        height, half, outside = (map_coordinates(field, place, order=1, mode="nearest") for field in fields)
        return _smooth_maximum(np.abs(turned[:, 2] - height) - half, outside, 5.0)

    return distance


def union(*solids: Distance, blend: float = 0.0) -> Distance:
    """All of the solids, their seams filled over about `blend` mm."""
    return lambda points: reduce(lambda a, b: -_smooth_maximum(-a, -b, blend), (solid(points) for solid in solids))


def difference(solid: Distance, *removed: Distance, blend: float = 0.0) -> Distance:
    """A solid without others, the new rims rounded over about `blend` mm."""
    return lambda points: reduce(
        lambda a, b: _smooth_maximum(a, b, blend), (-cut(points) for cut in removed), solid(points)
    )


def intersection(*solids: Distance, blend: float = 0.0) -> Distance:
    """What the solids have in common, its rims rounded over about `blend` mm."""
    return lambda points: reduce(lambda a, b: _smooth_maximum(a, b, blend), (solid(points) for solid in solids))


def _smooth_maximum(a: Array, b: Array, blend: float) -> Array:
    larger = np.maximum(a, b)
    if blend <= 0:
        return larger
    return larger + np.maximum(blend - np.abs(a - b), 0) ** 2 / (4 * blend)


def _polygon_distance(points: Array, polygon: Array) -> Array:
    """Signed distance in the plane, negative inside; points `[N, 2]`, corners `[M, 2]`."""
    squared = np.full(len(points), np.inf)
    inside = np.zeros(len(points), bool)
    for a, b in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        side = b - a
        relative = points - a
        along = np.clip(relative @ side / (side @ side), 0, 1)
        squared = np.minimum(squared, ((relative - along[:, None] * side) ** 2).sum(axis=1))
        straddles = (a[1] > points[:, 1]) != (b[1] > points[:, 1])
        inside ^= straddles & ((relative[:, 0] * side[1] < relative[:, 1] * side[0]) == (side[1] > 0))
    return np.where(inside, -1, 1) * np.sqrt(squared)


def surface(solid: Distance, low: Point, high: Point, step: float) -> tuple[Array, Indices]:
    """Triangulate the surface of a solid by surface nets (Gibson 1998), then draw its vertices onto the zero level.

    Args:
        solid: Signed distance.
        low: Corner of a box that encloses the solid, mm.
        high: Opposite corner, mm.
        step: Side of the grid's cells, mm.

    Returns:
        Vertices `[V, 3]` in mm and outward oriented triangles `[T, 3]`.

    Raises:
        ValueError: The solid does not fit into the box.
    """
    corner = np.asarray(low, float)
    cells = np.ceil((np.asarray(high, float) - corner) / (2 * step)).astype(int) + 1
    coarse = np.stack(np.meshgrid(*(np.arange(n) for n in cells), indexing="ij"), axis=-1).reshape(-1, 3)
    values = solid(corner + 2 * step * coarse).reshape(cells)
    for axis in range(3):
        values = np.repeat(values, 2, axis=axis)
    near = np.argwhere(np.abs(values) < 4 * step)
    values[tuple(near.T)] = solid(corner + step * near)  # exact where the surface may pass
    for axis in range(3):
        if np.moveaxis(values, axis, 0)[[0, -1]].min() < 0:
            raise ValueError(f"the solid touches the box across axis {axis}")
    vertices, triangles = _surface_nets(values)
    vertices = corner + step * vertices
    for _ in range(2):
        level = solid(vertices)
        slope = gradient(solid, vertices, level)
        move = slope * (level / np.maximum((slope**2).sum(axis=1), 0.1))[:, None]
        vertices = vertices - np.clip(move, -step / 2, step / 2)
    return vertices, triangles


def gradient(solid: Distance, points: Array, level: Array) -> Array:
    """Gradient `[N, 3]` of the signed distance at points where it is `level` `[N]`; it points outward."""
    reach = 0.05
    return np.stack([solid(points + offset) - level for offset in reach * np.eye(3)], axis=1) / reach


def _surface_nets(values: Array) -> tuple[Array, Indices]:
    """One vertex for each cell that the zero level crosses, one quadrilateral for each grid edge that it crosses."""
    cells = tuple(n - 1 for n in values.shape)
    total, count = np.zeros((*cells, 3)), np.zeros(cells)
    crossings = []
    for axis in range(3):
        lower, upper = np.moveaxis(values, axis, 0)[:-1], np.moveaxis(values, axis, 0)[1:]
        crossed = (lower < 0) != (upper < 0)
        place = np.argwhere(crossed)
        fraction = lower[crossed] / (lower[crossed] - upper[crossed])
        index = np.empty_like(place)  # grid index of the edge's lower end, in the order of the axes
        others = [other for other in range(3) if other != axis]
        index[:, axis], index[:, others] = place[:, 0], place[:, 1:]
        position = index.astype(float)
        position[:, axis] += fraction
        crossings.append((index, lower[crossed] < 0))
        for shift in np.ndindex(2, 2):
            cell = index.copy()
            cell[:, others] -= shift
            valid = ((cell >= 0) & (cell < cells)).all(axis=1)
            np.add.at(total, tuple(cell[valid].T), position[valid])
            np.add.at(count, tuple(cell[valid].T), 1)
    label = np.full(cells, -1)
    label[count > 0] = np.arange(np.count_nonzero(count))
    vertices = total[count > 0] / count[count > 0][:, None]
    triangles = []
    for axis, (index, leaving) in enumerate(crossings):
        second, third = np.eye(3, dtype=int)[(axis + 1) % 3], np.eye(3, dtype=int)[(axis + 2) % 3]
        corners = [label[tuple((index - shift).T)] for shift in (second + third, third, 0 * third, second)]
        quads = np.stack(corners, axis=1)
        quads[~leaving] = quads[~leaving, ::-1]
        triangles += [quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]
    return vertices, np.concatenate(triangles)
