# SPDX-License-Identifier: Apache-2.0
"""Templates of the pelvic bones in millimetres, the left side modelled; the origin is midway between the hips' centres.

Measures follow an average adult: 176 mm between the hip centres, 240 mm between the anterior superior iliac spines.
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
    plate,
    tube,
    union,
)

HIP = np.array([88.0, 0.0, 0.0])


@cache
def innominate(side: int = 1) -> Template:
    """The left (1) or right (-1) hip bone: ilium, ischium and pubis."""
    if side < 0:
        return innominate().mirrored()
    return Template.of(_innominate(), (-6, -78, -104), (160, 112, 148), 3.2, _innominate_cortex)


@cache
def femur(side: int = 1) -> Template:
    """The upper part of the left (1) or right (-1) femur, the origin at the centre of its head."""
    if side < 0:
        return femur().mirrored()
    return Template.of(_femur(), (-30, -32, -250), (84, 50, 34), 3.2, _femur_cortex)


@cache
def sacrum() -> Template:
    """The sacrum with the coccyx."""
    return Template.of(_sacrum(), (-72, -16, -64), (72, 118, 108), 3.6, 1.1)


@cache
def lumbar_vertebra() -> Template:
    """A lower lumbar vertebra, the origin at the centre of its body."""
    return Template.of(vertebra(26, 18, 14), (-60, -32, -34), (60, 92, 34), 3.2, 1.1)


def vertebra(half_width: float, half_depth: float, half_height: float) -> Distance:
    """A vertebra: waisted body, pedicles, laminae, transverse, articular and spinous processes."""
    w, d, h = half_width, half_depth, half_height
    k = h / 14  # slenderness of the arch
    disc = intersection(ellipsoid((0, 0, 0), (w, d, 9 * h)), block((0, 0, 0), (w + 5, d + 5, h), 2.5), blend=3.0)
    waist = union(*(ellipsoid((side * (w + 9), -2, 0), (12, 20, h * 0.75)) for side in (-1, 1)))
    parts = [difference(disc, waist, blend=4.0)]
    for side in (-1, 1):
        parts += [
            tube(
                [(side * w * 0.62, d * 0.6, h * 0.35), (side * w * 0.66, d + 14 * k, h * 0.3)], 5.0 * k, (0.8, 1, 1.4)
            ),
            tube(
                [
                    (side * w * 0.7, d + 12 * k, h * 0.2),
                    (side * w * 1.25, d + 14 * k, h * 0.2),
                    (side * w * 1.7, d + 16 * k, h * 0.5),
                ],
                [5.0 * k, 4.0 * k, 3.2 * k],
                (1, 0.7, 1),
            ),
            tube([(side * w * 0.62, d + 16 * k, h * 1.3), (side * w * 0.72, d + 18 * k, -h * 1.45)], 5.2 * k),
            tube([(side * w * 0.62, d + 17 * k, 0), (0, d + 28 * k, -h * 0.5)], 4.0 * k, (1, 0.8, 1.6)),
        ]
    parts.append(tube([(0, d + 26 * k, -h * 0.3), (0, d + 52 * k, -h * 0.9)], [4.0 * k, 5.0 * k], (0.7, 1, 2.2)))
    return union(*parts, blend=3.0)


def _innominate() -> Distance:
    wing = plate(
        rim=[
            (119, -49, 76), (133, -40, 93), (139, -24, 108), (132, -4, 121), (117, 18, 128), (97, 46, 127),
            (73, 74, 112), (46, 93, 80), (44, 86, 48), (56, 62, 34), (68, 40, 20), (82, 10, 12), (92, -26, 14),
            (97, -38, 34), (106, -43, 56),
        ],
        rim_thickness=[13, 12, 15, 12, 10, 11, 15, 18, 18, 18, 20, 26, 24, 17, 11],
        inner=[(99, 2, 84), (84, 22, 58), (109, -14, 98), (97, -12, 54), (68, 54, 76), (60, 60, 56)],
        thickness=[5.5, 9, 6, 13, 15, 20],
    )  # fmt: skip
    brim = tube(
        [(50, 55, 48), (66, 32, 30), (72, 6, 20), (68, -20, 8), (54, -42, -6), (28, -54, -12)],
        [9, 8, 8, 8, 7, 6.5],
        (1, 1, 0.9),
    )
    pubis = union(
        ellipsoid((13, -51, -30), (10, 9, 20), rotation("y", -12)),
        tube([(13, -49, -40), (25, -34, -57), (43, -8, -67), (58, 14, -71)], [7.5, 7, 8, 11], (0.8, 1, 1.2)),
        tube([(80, -18, 2), (58, -40, -8), (30, -54, -14), (13, -53, -22)], [11, 7.5, 8, 8]),
        ellipsoid((25, -57, -11), (5, 5, 5)),
        blend=8.0,
    )
    ischium = union(
        tube([(82, 20, -6), (74, 28, -36), (62, 22, -66)], [17, 14, 15], (1, 1.05, 1)),
        ellipsoid((61, 17, -67), (15, 18, 17)),
        tube([(72, 30, 2), (62, 38, -4), (51, 43, -9)], [9, 6, 2.5]),
        tube([(70, 34, 20), (74, 30, 0), (76, 28, -20)], [12, 12, 12]),
        blend=7.0,
    )
    outward = (0.70, -0.30, -0.65)
    socket = intersection(ellipsoid(HIP, (34, 33, 33)), half_space(HIP - np.array([0, 0, 1]), outward), blend=3.0)
    roof = union(
        ellipsoid((92, 2, 34), (17, 26, 22)),
        ellipsoid((97, -40, 38), (7.5, 7.5, 10)),
        ellipsoid((118, -49, 75), (6.5, 7, 8)),
        blend=6.0,
    )
    whole = union(wing, brim, pubis, ischium, socket, roof, blend=8.0)
    opening = tube([HIP, HIP + 40 * np.array(outward)], [27, 36])
    return difference(whole, ellipsoid(HIP, (27.5, 27.5, 27.5)), opening, blend=2.0)


def _innominate_cortex(points: Array) -> Array:
    """1.4 mm, thicker along the acetabulum's roof and the pelvic brim."""
    radius = np.linalg.norm(points - HIP, axis=1)
    roof = np.exp(-(((radius - 28) / 4) ** 2)) * np.clip(points[:, 2] / 20, 0, 1)
    brim = np.exp(-((np.linalg.norm(points - [70, 5, 20], axis=1) / 25) ** 2))
    return 1.3 + 1.6 * roof + 0.8 * brim


def _femur() -> Distance:
    return union(
        ellipsoid((0, 0, 0), (24.3, 24.3, 24.3)),
        tube([(0, 0, 0), (20, 4, -15), (44, 10, -34)], [19, 14.8, 18]),
        tube([(50, 12, -20), (42, 11, -48), (38, 10, -80), (29, 8, -225)], [15, 18.5, 15, 14]),
        ellipsoid((56, 14, -15), (12, 16, 20), rotation("y", 12)),
        tube([(32, 20, -54), (23, 26, -63)], [10, 6]),
        blend=9.0,
    )


def _femur_cortex(points: Array) -> Array:
    """Thin over the head and the trochanters, 6.5 mm in the shaft, with the calcar on the neck's medial side."""
    shaft = 5.6 * np.clip((-points[:, 2] - 48) / 60, 0, 1)
    calcar = 2.8 * np.exp(-((np.linalg.norm((points - [22, 6, -44]) / [16, 30, 22], axis=1)) ** 2))
    return 1.1 + shaft + calcar


def _sacrum() -> Distance:
    curve = [(0, 22, 84), (0, 38, 62), (0, 56, 40), (0, 70, 16), (0, 72, -10)]
    bodies = tube(curve, [17, 15, 12, 9, 6], (1.5, 1, 1))
    wings = union(
        *(
            tube(
                [(side * 20, 26, 78), (side * 38, 46, 68), (side * 33, 60, 42), (side * 19, 70, 8), (side * 6, 70, -8)],
                [13, 17, 16, 10, 6],
            )
            for side in (-1, 1)
        ),
        blend=4.0,
    )
    crest = tube([(0, 60, 82), (0, 78, 56), (0, 88, 28)], [7, 7, 5], (0.8, 1, 1))
    laminae = tube([(0, 48, 80), (0, 66, 54), (0, 78, 28)], [15, 13, 9], (1.6, 0.7, 1))
    coccyx = union(
        ellipsoid((0, 72, -22), (9, 5, 6)), ellipsoid((0, 68, -34), (6.5, 4.5, 6)),
        ellipsoid((0, 61, -45), (4.5, 4, 6)),
        blend=1.0,
    )  # fmt: skip
    canal = tube([(0, 44, 96), (0, 58, 66), (0, 70, 36)], [8, 7, 4], (1.5, 0.8, 1))
    foramina = [
        tube([(side * (x - 1), y - 26, z - 9), (side * (x + 1.5), y + 24, z + 8)], [1.35 * r, 0.6 * r])
        for side in (-1, 1)
        for x, y, z, r in ((26, 42, 64, 4.6), (23, 54, 45, 4.2), (19.5, 64, 26, 3.8), (16, 70, 9, 3.2))
    ]
    plateau = half_space((0, 22, 96), (0, -0.45, 0.9))
    whole = intersection(union(bodies, wings, crest, laminae, blend=7.0), plateau, blend=3.0)
    return union(difference(whole, canal, *foramina, blend=2.0), coccyx, blend=2.0)
