# SPDX-License-Identifier: Apache-2.0
"""People whose pelvis is filmed from the front, and the landmarks of hip surgery's planning."""

from __future__ import annotations

from functools import cache

import numpy as np

from bundle.synthetic import bones_pelvis as bones
from bundle.synthetic.anatomy import FAT, METAL, MUSCLE, Person, Site, edges
from bundle.synthetic.bone import Template, bone
from bundle.synthetic.geometry import Array, ConeBeam, rotation
from bundle.synthetic.implicit import difference, ellipsoid, half_space, tube, union
from bundle.synthetic.surface import Solid
from bundle.synthetic.variation import Move, Warp, bounded, chain, draw_tissue, smooth_step

PAIRED = (
    "iliac crest highest point",
    "anterior superior iliac spine",
    "anterior inferior iliac spine",
    "lateral acetabular edge",
    "ischial tuberosity lowest point",
    "sacroiliac joint lower end",
    "femoral head centre",
    "greater trochanter tip",
    "lesser trochanter tip",
)
MEDIAN = ("pubic symphysis superior", "pubic symphysis inferior", "sacral promontory", "coccyx tip")
NAMES = (*(f"{side} {name}" for side in ("right", "left") for name in PAIRED), *MEDIAN)


def person(rng: np.random.Generator) -> Person:
    """Draw an adult lying on the back: build, shape and pose of the pelvis, legs, bone quality, implant."""
    tissue = draw_tissue(rng)
    size = bounded(rng, 1.0, 0.065)
    girdle, pose = _girdle(rng, size), _pose(rng)
    legs = {side: _leg(rng, size, side, pose(girdle(bones.HIP[None] * [side, 1, 1]))) for side in (-1, 1)}
    solids: list[Solid] = []
    points: dict[str, Array] = {}
    for side, name in ((-1, "right"), (1, "left")):
        hip, thigh = bones.innominate(side), bones.femur(side)
        solids += bone(hip, chain(girdle, pose), tissue) + bone(thigh, legs[side], tissue)
        flip = np.array([side, 1, 1])
        on_hip = pose(girdle(_hip_points() * flip))
        on_thigh = legs[side](_thigh_points() * flip)
        points |= {f"{name} {label}": point for label, point in zip(PAIRED, [*on_hip, *on_thigh], strict=True)}
    solids += bone(bones.sacrum(), chain(girdle, pose), tissue)
    for vertebra in _spine(rng):
        solids += bone(vertebra, chain(girdle, pose), tissue)
    points |= dict(zip(MEDIAN, pose(girdle(_median_points())), strict=True))
    return Person(
        landmarks=np.stack([points[name] for name in NAMES]),
        bones=solids,
        tissue=_body(rng, size),
        metal=_arthroplasty(legs, size, rng) if rng.random() < 0.1 else [],
    )


def beam(rng: np.random.Generator, size: int) -> ConeBeam:
    """Draw the tube above the table and a landscape film around the pelvis."""
    columns, rows = size, round(size * rng.uniform(0.76, 0.88))
    roll = rotation("y", bounded(rng, 0, 4.0, 2.5))
    distance = rng.uniform(1000, 1200)
    aim = np.array([bounded(rng, 0, 12), 0, bounded(rng, 20, 16)])
    table = np.array([0, rng.uniform(130, 175), 0])
    return ConeBeam(
        source=aim + table - [0, distance, 0] + [bounded(rng, 0, 12), 0, bounded(rng, 0, 12)],
        centre=aim + table,
        x_axis=roll @ [1.0, 0, 0],
        y_axis=roll @ [0, 0, -1.0],
        pixel=rng.uniform(375, 455) / columns,
        columns=columns,
        rows=rows,
    )


SITE = Site(
    name="pelvis",
    body_part="PELVIS",
    region=("12921003", "Pelvis"),
    kilovolts=75,
    view="AP",
    orientation=("L", "F"),
    laterality="U",
    landmarks=NAMES,
    skeleton=edges(
        NAMES,
        *(
            tuple(f"{side} {name}" for name in chain)
            for side in ("right", "left")
            for chain in (
                (*PAIRED[5::-5], *PAIRED[1:5]),
                ("femoral head centre", "greater trochanter tip", "lesser trochanter tip", "femoral head centre"),
            )
        ),
        ("sacral promontory", "coccyx tip"),
        ("pubic symphysis superior", "pubic symphysis inferior"),
    ),
    person=person,
    beam=beam,
    equalisation=(0.3, 0.6),
    letters=(("R", -1), ("L", 1)),
    pairs=tuple((f"right {name}", f"left {name}") for name in PAIRED),
)


@cache
def _hip_points() -> Array:
    """The first six paired landmarks on the template of the left hip bone `[6, 3]`."""
    hip = bones.innominate()
    return np.stack(
        [
            hip.tip((115, 20, 128), (0, 0, 1), 25),
            hip.tip((122, -50, 76), (0.55, -0.3, -0.75)),
            hip.tip((98, -42, 36), (0.7, -0.6, -0.35), 10),
            hip.tip((114, 0, 22), (0.8, 0, -0.5), 12),
            hip.tip((60, 18, -82), (0, 0, -1)),
            hip.tip((48, 70, 34), (-0.6, 0, -0.8), 20),
        ]
    )


@cache
def _thigh_points() -> Array:
    """The last three paired landmarks on the template of the left femur `[3, 3]`."""
    thigh = bones.femur()
    return np.stack([np.zeros(3), thigh.tip((58, 14, 4), (0.2, 0, 1)), thigh.tip((20, 27, -64), (-0.8, 0, -0.5), 12)])


@cache
def _median_points() -> Array:
    """The landmarks of the midline `[4, 3]`."""
    hip, sacrum = bones.innominate(), bones.sacrum()
    midline = np.array([0.0, 1, 1])
    return np.stack(
        [
            hip.tip((6, -52, -14), (-0.5, 0, 1), 12) * midline,
            hip.tip((6, -50, -50), (-0.5, 0, -1), 12) * midline,
            sacrum.tip((0, 8, 92), (0, -0.4, 0.9)) * midline,
            sacrum.tip((0, 60, -48), (0, -0.2, -1)) * midline,
        ]
    )


def _girdle(rng: np.random.Generator, size: float) -> Move:
    """Shape of the pelvis: size, proportions, flare of the wings, width of the pubic arch, and irregularity."""
    axes = size * np.array([bounded(rng, 1, 0.045), bounded(rng, 1, 0.04), bounded(rng, 1, 0.045)])
    flare, arch = np.deg2rad(bounded(rng, 0, 5.0)), bounded(rng, 0, 0.09)
    warp = Warp.draw(rng, 2.5, 130, 400)

    def move(points: Array) -> Array:
        x, y, z = points.T
        wing = smooth_step(np.abs(x), 40, 110) * smooth_step(z, 5, 90)
        wide = 1 + arch * smooth_step(-z, 0, 80)
        shaped = np.stack([x * wide + np.sign(x) * wing * flare * z, y, z - wing * flare * 25], axis=1)
        return warp(shaped * axes)

    return move


def _pose(rng: np.random.Generator) -> Move:
    """Pelvic tilt, rotation about the body's axis, obliquity and place on the table."""
    turn = rotation("y", bounded(rng, 0, 1.5)) @ rotation("z", bounded(rng, 0, 4)) @ rotation("x", bounded(rng, 0, 7))
    place = np.array([0, bounded(rng, 0, 8), 0])
    return lambda points: points @ turn.T + place


def _leg(rng: np.random.Generator, size: float, side: int, hip: Array) -> Move:
    """Femur of one side: size, neck-shaft angle, irregularity, then its pose about the hip's centre."""
    scale = size * bounded(rng, 1, 0.03)
    bend = bounded(rng, 0, 0.10)
    warp = Warp.draw(rng, 1.2, 120, 300)
    turn = (
        rotation("x", bounded(rng, 0, 5))
        @ rotation("y", -side * bounded(rng, 3, 5))
        @ rotation("z", side * bounded(rng, 8, 12))
    )

    def move(points: Array) -> Array:
        x, y, z = points.T
        lateral = np.abs(x) * np.sign(x * side)
        shaped = np.stack([x, y, z - bend * np.clip(lateral, 0, 45) * smooth_step(lateral, -5, 45)], axis=1)
        warped = warp(shaped) - warp(np.zeros((1, 3)))
        return scale * warped @ turn.T + hip

    return move


def _spine(rng: np.random.Generator) -> list[Template]:
    """The lumbar vertebrae upon the sacrum, in the template's frame, with a slight scoliosis."""
    sway, turn = bounded(rng, 0, 3), bounded(rng, 0, 4)
    return [
        bones.lumbar_vertebra().placed(
            rotation("x", slope) @ rotation("y", sway * index) @ rotation("z", turn),
            np.array([-sway * index**2 / 2, y, z]),
        )
        for index, (y, z, slope) in enumerate(((14, 108, -22), (4, 141, -10), (2, 175, 0), (4, 209, 6), (8, 243, 10)))
    ]


@cache
def _trunk() -> Template:
    """Trunk, buttocks and thighs, coated with fat."""
    parts = [tube([(0, 5, 320), (0, 12, 120), (0, 15, 10)], [142, 145, 130], (1.12, 0.72, 1))]
    for side in (-1, 1):
        parts.append(tube([(side * 92, 8, -20), (side * 92, 8, -330)], [80, 72]))
        parts.append(ellipsoid((side * 72, 62, -30), (78, 55, 80)))
    return Template.of(union(*parts, blend=40), (-230, -150, -430), (230, 180, 490), 17.0, 1.0)


def _body(rng: np.random.Generator, size: float) -> list[Solid]:
    """Fat, muscle and bowel gas."""
    trunk = _trunk()
    habitus = size * np.array([bounded(rng, 1, 0.09), bounded(rng, 1, 0.10), 1])
    fat = rng.uniform(8, 32)
    outer = trunk.vertices * habitus
    muscle = (trunk.vertices + fat * trunk.inward) * habitus
    solids = [Solid(trunk.topology, outer, FAT), Solid(trunk.topology, muscle, MUSCLE - FAT)]
    for _ in range(rng.integers(2, 7)):
        solids += _gas(rng, np.array([rng.uniform(-75, 75), rng.uniform(-40, 0), rng.uniform(45, 200)]))
    if rng.random() < 0.6:
        solids += _gas(rng, np.array([rng.uniform(-15, 15), 40, rng.uniform(-15, 25)]))
    return solids


def _gas(rng: np.random.Generator, middle: Array) -> list[Solid]:
    """Gas in a loop of bowel: a flat chain of bubbles with the bowel's pouches."""
    ball, heading = _ball(), rng.uniform(0, np.pi)
    step = rng.uniform(11, 17) * np.array([np.cos(heading), 0, np.sin(heading)])
    pouches = Warp.draw(rng, 2.2, 18, 50)
    solids = []
    for index in range(rng.integers(1, 6)):
        radii = rng.uniform([7, 2.5, 7], [13, 6, 13])
        centre = middle + index * step + rng.normal(0, 3, 3)
        solids.append(Solid(ball.topology, pouches(ball.vertices * radii + centre), -MUSCLE))
    return solids


@cache
def _ball() -> Template:
    return Template.of(ellipsoid((0, 0, 0), (1, 1, 1)), (-1.4,) * 3, (1.4,) * 3, 0.15, 0.1)


@cache
def _prosthesis(side: int) -> Template:
    """A total hip: cup, head and stem in the frame of the femur."""
    if side < 0:
        return _prosthesis(1).mirrored()
    cup = difference(
        ellipsoid((0, 0, 0), (27, 27, 27)),
        ellipsoid((0, 0, 0), (23, 23, 23)),
        half_space((0, 0, -1), (-0.70, 0.20, 0.68)),
    )
    head = ellipsoid((0, 0, 0), (14.5, 14.5, 14.5))
    stem = tube([(0, 0, 0), (20, 5, -15), (34, 9, -36), (38, 9, -75), (35, 8, -165)], [6.5, 6, 10, 8, 5])
    return Template.of(union(cup, head, stem, blend=1.0), (-34, -34, -180), (60, 34, 34), 2.6, 1.0)


def _arthroplasty(legs: dict[int, Move], size: float, rng: np.random.Generator) -> list[Solid]:
    side = int(rng.choice([-1, 1]))
    implant = _prosthesis(side)
    return [Solid(implant.topology, legs[side](implant.vertices), METAL)]
