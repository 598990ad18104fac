# SPDX-License-Identifier: Apache-2.0
"""How people differ: smooth random deformations of space and bounded random measures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bundle.synthetic.bone import Tissue
from bundle.synthetic.geometry import Array

Move = Callable[[Array], Array]
"""Takes points `[N, 3]` of one frame to another, mm."""


@dataclass(frozen=True)
class Warp:
    """A smooth displacement of space: a sum of waves.

    Attributes:
        directions: Displacement of each wave at its crest, mm `[W, 3]`.
        waves: Wave vectors, radians per mm `[W, 3]`.
        phases: Phase of each wave at the origin, radians `[W]`.
    """

    directions: Array
    waves: Array
    phases: Array

    @classmethod
    def draw(cls, rng: np.random.Generator, size: float, shortest: float, longest: float, count: int = 6) -> Warp:
        """Draw waves with a root mean square displacement of `size` mm and wavelengths in mm between the two given."""
        heading = rng.normal(size=(count, 3))
        heading /= np.linalg.norm(heading, axis=1, keepdims=True)
        waves = heading * (2 * np.pi / rng.uniform(shortest, longest, count))[:, None]
        directions = rng.normal(size=(count, 3)) * size * np.sqrt(2 / (3 * count))
        return cls(directions, waves, rng.uniform(0, 2 * np.pi, count))

    def __call__(self, points: Array) -> Array:
        """Displace points `[N, 3]`."""
        return points + np.sin(points @ self.waves.T + self.phases) @ self.directions


def chain(*moves: Move) -> Move:
    """One move after another, the first one first."""

    def move(points: Array) -> Array:
        for displace in moves:
            points = displace(points)
        return points

    return move


def bounded(rng: np.random.Generator, mean: float, deviation: float, limit: float = 2.0) -> float:
    """A normal draw cut at `limit` deviations from its mean."""
    return mean + deviation * float(np.clip(rng.normal(), -limit, limit))


def smooth_step(values: Array, low: float, high: float) -> Array:
    """0 below `low`, 1 above `high`, and a smooth ramp between."""
    part = np.clip((values - low) / (high - low), 0, 1)
    return part * part * (3 - 2 * part)


def draw_tissue(rng: np.random.Generator) -> Tissue:
    """Bone quality of a person of any adult age: the cortex thins and the marrow pales together."""
    age = rng.uniform(0, 1)
    return Tissue(
        cortex=float(np.clip(1.2 - 0.55 * age + rng.normal(0, 0.08), 0.5, 1.4)),
        marrow=float(np.clip(1.25 - 0.7 * age + rng.normal(0, 0.1), 0.4, 1.5)),
    )
