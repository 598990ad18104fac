# SPDX-License-Identifier: Apache-2.0
"""Templates of the thorax's bones in millimetres, the left side modelled; the origin is amid the chest before T7."""

from __future__ import annotations

from functools import cache

import numpy as np

from bundle.synthetic.bone import Template
from bundle.synthetic.bones_pelvis import vertebra
from bundle.synthetic.geometry import Array, rotation
from bundle.synthetic.implicit import block, ellipsoid, plate, tube, union
from bundle.synthetic.sweep import sweep

RIBS = 12
HALF_WIDTH = (56, 82, 100, 112, 120, 126, 130, 132, 132, 128, 118, 96)
HALF_DEPTH = (46, 62, 76, 86, 92, 96, 98, 98, 96, 93, 88, 80)
DROP = (22, 42, 56, 66, 76, 86, 92, 92, 86, 74, 50, 30)
END_ANGLE = (158, 160, 158, 155, 152, 149, 145, 136, 124, 110, 84, 58)


def spine(level: float) -> Array:
    """Centre `[3]` of the body of thoracic vertebra `level` along the kyphosis; C7 is 0, L1 is 13."""
    part = (level - 1) / 11
    return np.array([0, 46 + 26 * np.sin(np.pi * part) + 2 * part, 168 - 22.0 * (level - 1) - 2.4 * (level - 1) * part])


@cache
def rib(number: int, side: int = 1) -> Template:
    """The left (1) or right (-1) rib of a number from 1 to 12, without its cartilage."""
    if side < 0:
        return rib(number).mirrored()
    head = spine(number)
    angle = np.deg2rad(np.linspace(12, END_ANGLE[number - 1], 9))
    part = np.linspace(0, 1, 9)
    back = head[1] + 22
    half_width, half_depth = HALF_WIDTH[number - 1], HALF_DEPTH[number - 1]
    around = np.stack(
        [
            half_width * np.sin(angle) ** 0.9,
            back - half_depth * (1 - np.cos(angle)),
            head[2] + 6 * np.sin(np.pi * part) - DROP[number - 1] * part**1.15,
        ],
        axis=1,
    )
    path = np.concatenate([[np.add(head, [17, 2, 3])], around])
    thickness = np.interp(np.arange(10), [0, 2, 9], [4.5, 3.6, 3.4])
    height = np.interp(np.arange(10), [0, 2, 6, 9], [4.5, 5.6, 6.2, 7.2])
    return sweep(path, thickness, height, 0.9, rings=34, sides=8)


@cache
def rib_cage() -> Template:
    """All ribs and the breastbone."""
    return Template.joined([sternum(), *(rib(number, side) for number in range(1, RIBS + 1) for side in (-1, 1))])


@cache
def backbone() -> Template:
    """The spine from the neck to the second lumbar vertebra."""
    one_vertebra = Template.of(vertebra(15.5, 14, 9.5), (-40, -26, -30), (40, 70, 30), 4.2, 0.5)
    levels = np.arange(-4, 15)
    slopes = 14 * np.cos(np.pi * (levels - 1) / 11)
    return Template.joined(
        [
            one_vertebra.placed(rotation("x", slope) * (0.9 + 0.025 * level), spine(float(level)))
            for level, slope in zip(levels, slopes, strict=True)
        ]
    )


@cache
def clavicle(side: int = 1) -> Template:
    """The left (1) or right (-1) collarbone."""
    if side < 0:
        return clavicle().mirrored()
    path = [(30, -66, 119), (50, -76, 128), (78, -62, 139), (112, -32, 146), (142, -14, 152), (160, -16, 153)]
    solid = tube(path, [9.0, 7.0, 5.6, 5.6, 6.6, 7.0], (1, 1, 0.95))
    return Template.of(
        solid, (0, -92, 100), (178, 4, 170), 2.8, lambda points: 0.8 + 1.1 * _middle(points[:, 0], 88, 45)
    )


@cache
def scapula(side: int = 1) -> Template:
    """The left (1) or right (-1) shoulder blade."""
    if side < 0:
        return scapula().mirrored()
    blade = plate(
        rim=[
            (84, 78, 138), (100, 66, 146), (126, 44, 138), (148, 30, 124), (150, 34, 104), (142, 52, 78),
            (130, 72, 36), (118, 84, 2), (108, 86, -8), (100, 86, 6), (92, 84, 48), (86, 82, 98),
        ],
        rim_thickness=[7, 7, 8, 13, 14, 12, 11, 10, 9, 8, 7, 7],
        inner=[(112, 70, 100), (112, 78, 54)],
        thickness=[5, 5],
    )  # fmt: skip
    ridge = tube(
        [(88, 84, 112), (118, 82, 124), (148, 62, 142), (168, 30, 154), (172, 6, 152)], [4, 5.5, 6.5, 8, 6], (1, 1, 0.9)
    )
    socket = ellipsoid((152, 30, 114), (6, 13, 18))
    coracoid = tube([(142, 28, 128), (138, 4, 136), (144, -10, 130)], [8, 6, 5])
    solid = union(blade, ridge, socket, coracoid, blend=5.0)
    return Template.of(solid, (68, -28, -28), (192, 106, 174), 3.6, 1.7)


@cache
def humerus(side: int = 1) -> Template:
    """The upper part of the left (1) or right (-1) arm bone."""
    if side < 0:
        return humerus().mirrored()
    solid = union(
        ellipsoid((180, 24, 116), (22, 22, 22)),
        tube([(184, 22, 108), (196, 20, 80), (206, 18, 20), (222, 18, -230)], [19, 15, 11.5, 11]),
        ellipsoid((197, 16, 112), (10, 13, 16)),
        blend=7.0,
    )
    return Template.of(
        solid, (148, -12, -250), (244, 56, 150), 4.0, lambda p: 0.8 + 3.2 * np.clip((70 - p[:, 2]) / 60, 0, 1)
    )


@cache
def sternum() -> Template:
    """The breastbone."""
    solid = union(
        block((0, -84, 100), (27, 6, 22), 5, rotation("x", 20)),
        block((0, -104, 32), (17, 5.5, 50), 5, rotation("x", 12)),
        blend=4.0,
    )
    return Template.of(solid, (-44, -136, -44), (44, -50, 146), 4.0, 0.8)


def _middle(values: Array, centre: float, reach: float) -> Array:
    return np.exp(-(((values - centre) / reach) ** 2))
