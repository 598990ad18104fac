# SPDX-License-Identifier: Apache-2.0
"""A bone's template: its outer surface, and the inner one that bounds the marrow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bundle.synthetic.geometry import Array
from bundle.synthetic.implicit import Distance, Point, gradient, surface
from bundle.synthetic.surface import Solid, Topology

CORTEX = 0.040  # attenuation per mm at about 60 keV, in excess of the soft tissue that the bone replaces
MARROW = 0.009


@dataclass(frozen=True)
class Template:
    """A closed surface with a coat of varying thickness.

    Attributes:
        topology: Triangles of the surface.
        vertices: Outer surface, mm `[V, 3]`.
        inward: For each vertex the step, mm `[V, 3]`, to its place on the inner surface of a coat of normal thickness.
    """

    topology: Topology
    vertices: Array
    inward: Array

    @classmethod
    def of(
        cls, solid: Distance, low: Point, high: Point, step: float, coat: float | Callable[[Array], Array]
    ) -> Template:
        """Triangulate a solid and coat it.

        Args:
            solid: Signed distance.
            low: Corner of a box that encloses the solid, mm.
            high: Opposite corner, mm.
            step: Resolution of the triangulation, mm.
            coat: Thickness of the coat in mm, one for all or a function of the surface's points `[V, 3]`. Where the
                solid is thin the coat takes at most 0.7 of it.
        """
        vertices, triangles = surface(solid, low, high, step)
        slope = gradient(solid, vertices, solid(vertices))
        normal = slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-6)
        thickness = coat(vertices) if callable(coat) else np.full(len(vertices), coat)
        depths = np.array([0.5, 1, 2, 3.5, 6, 10])
        half = np.max([-solid(vertices - depth * normal) for depth in depths], axis=0)
        inward = -normal * np.minimum(thickness, 0.7 * np.maximum(half, 0.3))[:, None]
        return cls(Topology.of(triangles), vertices, inward)

    def tip(self, near: Point, direction: Point, reach: float = 15.0) -> Array:
        """The surface's farthest point `[3]` along a direction, within `reach` mm of a point: a bony landmark."""
        close = self.vertices[np.linalg.norm(self.vertices - np.asarray(near, float), axis=1) < reach]
        return close[np.argmax(close @ np.asarray(direction, float))]

    @classmethod
    def joined(cls, parts: Sequence[Template]) -> Template:
        """Several templates as one."""
        return cls(
            Topology.joined([part.topology for part in parts], [len(part.vertices) for part in parts]),
            np.concatenate([part.vertices for part in parts]),
            np.concatenate([part.inward for part in parts]),
        )

    def placed(self, matrix: Array, origin: Array) -> Template:
        """The template turned and scaled by a matrix `[3, 3]`, then shifted to an origin `[3]`."""
        return Template(self.topology, self.vertices @ matrix.T + origin, self.inward @ matrix.T)

    def mirrored(self) -> Template:
        """The template of the other side of the body (x changes its sign)."""
        flip = np.array([-1.0, 1.0, 1.0])
        return Template(self.topology.reversed(), self.vertices * flip, self.inward * flip)


@dataclass(frozen=True)
class Tissue:
    """What a person's bones are made of, relative to a healthy young adult's.

    Attributes:
        cortex: Factor of the cortical thickness.
        marrow: Factor of the trabecular bone's attenuation.
    """

    cortex: float = 1.0
    marrow: float = 1.0


def bone(template: Template, move: Callable[[Array], Array], tissue: Tissue) -> list[Solid]:
    """A person's bone: the template moved into place, as a solid of cortical bone less the marrow's place in it.

    Args:
        template: The bone in its own frame.
        move: Takes points `[N, 3]` of the template's frame to the patient's.
        tissue: The person's bone quality.
    """
    marrow = MARROW * tissue.marrow
    inner = template.vertices + tissue.cortex * template.inward
    return [
        Solid(template.topology, move(template.vertices), CORTEX),
        Solid(template.topology, move(inner), marrow - CORTEX),
    ]
