# SPDX-License-Identifier: Apache-2.0
"""Templates of the bones of the left hand in millimetres.

Long bones stand on the origin of their own frame and point along z; x is radial (the thumb's side), y palmar. Carpal
and forearm bones share the frame of the wrist, whose origin is the capitate's centre.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from bundle.synthetic.bone import Template
from bundle.synthetic.geometry import Array, rotation
from bundle.synthetic.implicit import (
    Distance,
    block,
    difference,
    ellipsoid,
    half_space,
    intersection,
    tube,
    union,
)

LENGTHS = {"metacarpal": 64.0, "proximal": 42.0, "middle": 25.0, "distal": 18.0}
CARPALS = ("scaphoid", "lunate", "triquetrum", "pisiform", "trapezium", "trapezoid", "capitate", "hamate")
STEP = 1.25


@cache
def long_bone(kind: str) -> Template:
    """A "metacarpal" or a "proximal", "middle" or "distal" phalanx of the length in `LENGTHS`."""
    length = LENGTHS[kind]
    solid = {"metacarpal": _metacarpal, "proximal": _proximal, "middle": _middle, "distal": _distal}[kind]()

    def coat(points: Array) -> Array:
        part = points[:, 2] / length
        thickest = {"metacarpal": 2.3, "proximal": 2.0, "middle": 1.6, "distal": 1.0}[kind]
        return 0.55 + (thickest - 0.55) * np.exp(-(((part - 0.52) / 0.22) ** 2))

    return Template.of(solid, (-13, -12, -5), (13, 12, length + 5), STEP, coat)


@cache
def carpal(name: str) -> Template:
    """A carpal bone in the frame of the wrist."""
    solids: dict[str, Distance] = {
        "capitate": union(block((0.5, 0, 5), (6.8, 8, 8.5), 3.4), ellipsoid((-0.5, 0, -5), (7.0, 8, 8.0)), blend=4.0),
        "hamate": union(
            block((-13.5, 0, 6.5), (6.4, 7, 5), 3.6, rotation("y", 10)),
            ellipsoid((-10.0, 0, -2), (4.6, 6.5, 9.0), rotation("y", -24)),
            tube([(-14, 4, 5), (-13, 11, 4)], [3.4, 2.6]),
            blend=4.0,
        ),
        "trapezoid": ellipsoid((12.6, -1, 9.5), (6.4, 8, 7.4), rotation("y", 12)),
        "trapezium": union(
            block((22.5, 2, 6), (7.2, 7, 6.4), 4.2, rotation("y", 40)), ellipsoid((19.5, 4, 2), (5, 5, 5)), blend=4.0
        ),
        "scaphoid": tube([(9.8, -1, -14.5), (15, 1, -9.0), (20.5, 4, -3.5)], [7.2, 5.6, 5.6], (1, 1.1, 1)),
        "lunate": difference(
            ellipsoid((-3.2, 0, -18.0), (8.4, 8.4, 7.6)), ellipsoid((-1.0, 0, -5.5), (7.6, 8.5, 8.0)), blend=1.5
        ),
        "triquetrum": ellipsoid((-16.2, -1, -9.5), (6.4, 7.5, 7.6), rotation("y", -38)),
        "pisiform": ellipsoid((-19.5, 9, -10.5), (4.6, 4.5, 5.6)),
    }
    reach = np.array([30.0, 18, 30])
    return Template.of(solids[name], -reach, reach, STEP, 0.75)


@cache
def radius() -> Template:
    """The lower end of the radius."""
    body = union(
        tube([(9, 0, -150), (9, 0, -80), (9, 0, -52), (9, 1, -36)], [7.2, 7.4, 9.0, 12.5], (1.05, 0.9, 1)),
        block((9, 0, -31), (15.0, 10, 8), 4.5, rotation("y", -20)),
        tube([(21.5, 0, -28), (23.5, 0, -20)], [5.0, 3.2]),
        blend=5.0,
    )
    socket = union(ellipsoid((-2.0, 0, -17.5), (9.5, 12, 9.5)), ellipsoid((12, 0, -12), (9.5, 12, 9.6)), blend=3.0)
    solid = intersection(difference(body, socket, blend=1.5), half_space((0, 0, -145), (0, 0, -1)), blend=1.0)
    return Template.of(solid, (-14, -18, -150), (34, 18, -8), 1.6, _forearm_coat)


@cache
def ulna() -> Template:
    """The lower end of the ulna."""
    body = union(
        tube([(-17, 0, -150), (-17, 0, -80), (-17, 0, -50), (-17, 0, -38)], [6.6, 6.4, 6.0, 7.2]),
        ellipsoid((-16.5, 0, -33.5), (8.2, 8, 6.2)),
        tube([(-22, -2, -32), (-23.0, -3, -25)], [3.0, 2.0]),
        blend=2.5,
    )
    solid = intersection(body, half_space((0, 0, -145), (0, 0, -1)), blend=1.0)
    return Template.of(solid, (-30, -14, -150), (-4, 14, -16), 1.6, _forearm_coat)


@cache
def ring() -> Template:
    """A finger ring around the middle of a proximal phalanx."""
    band = intersection(ellipsoid((0, 0, 17), (11.5, 11.5, 60)), block((0, 0, 17), (13, 13, 2.2), 0.8), blend=0.5)
    return Template.of(difference(band, ellipsoid((0, 0, 17), (9.8, 9.8, 60))), (-15, -15, 11), (15, 15, 23), 0.9, 0.5)


@cache
def screw() -> Template:
    """A headed screw across the shaft of a metacarpal."""
    thread = [1.5 + 0.45 * (i % 2) for i in range(13)]
    shank = tube([(x, 0, 30 + 0.35 * x) for x in np.linspace(-7, 7, 13)], thread)
    return Template.of(union(shank, ellipsoid((8, 0, 32.8), (2, 3.2, 3.2))), (-12, -6, 22), (14, 6, 40), 0.7, 0.5)


def _forearm_coat(points: Array) -> Array:
    return 0.7 + 2.6 * np.clip((-points[:, 2] - 40) / 45, 0, 1)


def _metacarpal() -> Distance:
    length = LENGTHS["metacarpal"]
    shaft = tube(
        [(0, 0, 3), (0, -0.5, 13), (0, -1.8, 34), (0, -0.5, 52), (0, 1, length - 7)],
        [6.0, 5.2, 4.1, 5.0, 6.4], (1.02, 0.98, 1),
    )  # fmt: skip
    base = block((0, 0, 5), (6.4, 7, 5.5), 2.8)
    head = union(
        ellipsoid((0, 1, length - 6.8), (6.9, 7.6, 6.8)), ellipsoid((0, 0, length - 11.5), (7.6, 5, 4)), blend=2.0
    )
    whole = intersection(union(shaft, base, head, blend=4.0), half_space((0, 0, 0), (0, 0, -1)), blend=2.0)
    return difference(whole, ellipsoid((0, 0, -4.5), (5, 12, 6)), blend=1.5)


def _phalanx(length: float, base: float, shaft: float, head: float) -> Distance:
    """A phalanx with a hollow base and a head of two condyles; half widths in mm."""
    body = tube(
        [
            (0, 0, base * 0.5),
            (0, -0.3, length * 0.22),
            (0, -0.8, length * 0.55),
            (0, -0.3, length * 0.8),
            (0, 0, length - head),
        ],
        [base * 0.88, (base + shaft) / 2, shaft, (shaft + head) / 2, head * 0.8],
        (1.06, 0.85, 1),
    )
    rim = block((0, 0, base * 0.42), (base, base * 0.8, base * 0.42), base * 0.3)
    condyles = [
        ellipsoid((side * head * 0.47, 0.4, length - head * 0.62), (head * 0.56, head * 0.72, head * 0.64))
        for side in (-1, 1)
    ]
    hollow = ellipsoid((0, 0, -base * 0.52), (base * 0.95, base * 1.1, base * 0.75))
    return difference(union(body, rim, *condyles, blend=2.0), hollow, blend=1.2)


def _proximal() -> Distance:
    return _phalanx(LENGTHS["proximal"], 7.6, 4.6, 6.0)


def _middle() -> Distance:
    return _phalanx(LENGTHS["middle"], 6.5, 3.7, 5.0)


def _distal() -> Distance:
    length = LENGTHS["distal"]
    body = tube([(0, 0, 2.5), (0, 0, 6.5), (0, 0, 11.5), (0, 0, length - 3)], [4.6, 3.2, 2.0, 2.3], (1.1, 0.8, 1))
    rim = block((0, 0, 2.2), (5.4, 3.6, 2.2), 1.5)
    tuft = ellipsoid((0, 0, length - 3.0), (4.2, 2.2, 3.0))
    hollow = ellipsoid((0, 0, -2.6), (5.0, 6, 3.6))
    return difference(union(body, rim, tuft, blend=1.8), hollow, blend=1.0)
