# SPDX-License-Identifier: Apache-2.0
"""Templates of the chest's soft organs, in the frame of its bones: lungs, airways, vessels, trunk."""

from __future__ import annotations

from functools import cache

import numpy as np

from bundle.synthetic.bone import Template
from bundle.synthetic.geometry import Array, rotation
from bundle.synthetic.implicit import Distance, difference, ellipsoid, half_space, intersection, tube, union
from bundle.synthetic.sweep import sweep

HEART = np.array([26.0, -36.0, -42.0])
HILUM = {-1: np.array([-34.0, 14.0, 22.0]), 1: np.array([32.0, 14.0, 32.0])}


@cache
def lung(side: int) -> Template:
    """The right (-1) or left (1) lung: the rib cage's inside without mediastinum, heart and the diaphragm's dome."""
    cage = tube(
        [(0, 32, 158), (0, 22, 128), (0, 8, 80), (0, 0, 20), (0, 2, -50), (0, 8, -190)],
        [48, 72, 98, 116, 122, 120],
        (1, 0.78, 1),
    )
    apex = ellipsoid((side * 44, 30, 128), (34, 36, 42))
    below = union(_dome(side), ellipsoid((0, 14, -165), (58, 90, 88)), half_space((0, 0, -136), (0, 0, 1)))
    solid = difference(intersection(union(cage, apex, blend=12.0), _beside(side), blend=16.0), below, blend=2.0)
    return Template.of(difference(solid, _mediastinum(), blend=9.0), (-140, -120, -240), (140, 130, 230), 7.0, 0.5)


@cache
def outline(side: int) -> Array:
    """Landmarks on the right (-1) or left (1) lung `[4, 3]`: apex, costophrenic angle, dome's top, cardiac border."""
    vertices = lung(side).vertices
    x, y, z = vertices.T
    lateral = vertices[(side * x > 90) & (np.abs(y - 5) < 30)]
    dome = vertices[np.abs(_dome(side)(vertices)) < 2]
    heart = vertices[(np.abs(_mediastinum()(vertices)) < 4) & (z > -100) & (z < -15)]
    return np.stack(
        [
            vertices[np.argmax(z)],
            lateral[np.argmin(lateral[:, 2] - 0.3 * np.abs(lateral[:, 0]))],
            dome[np.argmax(dome[:, 2])],
            heart[np.argmax(side * heart[:, 0])],
        ]
    )


@cache
def airways() -> Template:
    """The windpipe and the two main bronchi."""
    solid = union(
        tube([(0, 26, 250), (0, 28, 120), (0, 34, 52)], [8.5, 8.5, 8.0]),
        tube([(0, 34, 50), (-17, 32, 32), (-36, 26, 14)], [7.0, 6.5, 5.0]),
        tube([(0, 34, 50), (20, 32, 34), (44, 26, 22)], [6.5, 5.8, 4.6]),
        blend=2.5,
    )
    return Template.of(solid, (-56, 8, -8), (60, 52, 270), 3.6, 0.3)


@cache
def trunk() -> Template:
    """Chest, shoulders and neck, coated with fat."""
    solid = union(
        tube([(0, 0, -330), (0, 0, -100), (0, 4, 60), (0, 12, 110)], [138, 138, 136, 110], (1.08, 0.80, 1)),
        tube([(-178, 22, 112), (0, 34, 150), (178, 22, 112)], [46, 40, 46]),
        tube([(0, 30, 120), (0, 24, 330)], [66, 56]),
        *(tube([(side * 190, 20, 110), (side * 236, 20, -270)], [48, 42]) for side in (-1, 1)),
        blend=32.0,
    )
    return Template.of(solid, (-310, -160, -490), (310, 170, 420), 19.0, 1.0)


@cache
def vessels(side: int, variant: int) -> Template:
    """One variant of a lung's arteries and veins: a fan from the hilum whose branches thin towards the pleura."""
    rng = np.random.default_rng([side + 1, variant])
    tree = []
    for target in _fan(side, rng):
        root = HILUM[side] + 0.14 * (target - HILUM[side]) + rng.normal(0, 5, 3)
        fork = root + 0.42 * (target - root) + rng.normal(0, 4, 3)
        tree.append(_vessel(root, fork, rng.uniform(3.4, 4.8), 2.0, rng))
        for _ in range(5):
            tip = fork + (0.55 * (target - root) + rng.normal(0, 20, 3)) * rng.uniform(0.55, 1.0)
            tree.append(_vessel(fork, tip, rng.uniform(1.0, 1.9), 0.4, rng))
    return Template.joined(tree)


def _fan(side: int, rng: np.random.Generator) -> Array:
    """Where the main vessels of a lung head to `[8, 3]`."""
    angle = np.deg2rad(np.array([82, 60, 38, 12, -14, -36, -56, -76]) + rng.normal(0, 6, 8))
    reach = np.array([100, 105, 95, 88, 92, 110, 125, 125])
    lateral = np.maximum(reach * np.cos(angle), 12)
    return HILUM[side] + np.stack([side * lateral, rng.uniform(-45, 55, 8), reach * np.sin(angle)], axis=1)


def _vessel(start: Array, end: Array, wide: float, thin: float, rng: np.random.Generator) -> Template:
    middle = (start + end) / 2 + rng.normal(0, 0.06, 3) * np.linalg.norm(end - start)
    radius = np.array([wide, (wide + thin) / 2, thin])
    return sweep(np.stack([start, middle, end]), radius, radius, rings=8, sides=6)


def _dome(side: int) -> Distance:
    """One half of the diaphragm with what lies below; the right one stands higher."""
    return ellipsoid((side * 64, -2, -158 if side < 0 else -170), (78, 96, 92))


def _beside(side: int) -> Distance:
    return half_space((side * 0.5, 0, 0), (-side, 0, 0))


def _mediastinum() -> Distance:
    """Heart, great vessels and spine: what keeps the lungs apart."""
    heart = union(
        ellipsoid(HEART, (64, 46, 50), rotation("y", 34)),
        ellipsoid((-22, -24, -34), (30, 40, 46)),
        blend=14.0,
    )
    aorta = tube(
        [(-16, -26, 10), (-12, -22, 62), (10, 10, 84), (24, 34, 66), (20, 46, 10), (10, 52, -160)],
        [19, 17, 16, 15, 13, 12],
    )
    trunk = tube([(12, -34, 8), (26, -24, 36), (35, -6, 44)], [18, 14, 8])
    cava = tube([(-20, -6, 0), (-21, -2, 60), (-14, -4, 150)], [14, 11, 12])
    arms = tube([(0, 0, 92), (0, 8, 200)], [20, 26], (1.15, 1.6, 1))
    column = tube([(0, 52, 200), (0, 74, 60), (0, 74, -40), (0, 54, -220)], [22, 22, 24, 28])
    window = ellipsoid((18, 14, 54), (19, 22, 20))
    return union(heart, aorta, trunk, cava, arms, column, window, blend=8.0)
