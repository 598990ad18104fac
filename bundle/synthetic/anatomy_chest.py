# SPDX-License-Identifier: Apache-2.0
"""People whose chest is filmed from behind, and the landmarks of the heart's, lungs' and collarbones' outlines."""

from __future__ import annotations

from functools import cache

import numpy as np

from bundle.synthetic import bones_chest as bones
from bundle.synthetic import organs_chest as organs
from bundle.synthetic.anatomy import FAT, METAL, MUSCLE, Person, Site, edges
from bundle.synthetic.bone import Template, Tissue, bone
from bundle.synthetic.geometry import Array, ConeBeam, rotation
from bundle.synthetic.implicit import ellipsoid
from bundle.synthetic.surface import Solid
from bundle.synthetic.sweep import sweep
from bundle.synthetic.variation import Move, Warp, bounded, chain, draw_tissue, smooth_step

LUNG = -0.78 * MUSCLE  # a lung is mostly air: what it lacks of the muscle that the trunk is made of
VARIANTS = 16  # of the lungs' vessels
PAIRED_BONES = ("medial clavicle end", "lateral clavicle end", "scapula inferior angle")
PAIRED_ORGANS = ("lung apex", "costophrenic angle", "diaphragm dome top", "cardiac border most lateral point")
MEDIAN = ("aortic knob most lateral point", "carina")
NAMES = (*(f"{side} {name}" for side in ("right", "left") for name in (*PAIRED_BONES, *PAIRED_ORGANS)), *MEDIAN)


def person(rng: np.random.Generator) -> Person:
    """Draw an adult standing at the film: build, breath, heart, shoulders, rotation, bone quality, pacemaker."""
    tissue = draw_tissue(rng)
    body = _build(rng)
    organ = chain(_viscera(rng), body)
    shoulders = {side: _shoulder(rng, side) for side in (-1, 1)}
    breath = bounded(rng, 0, 5)

    def cage(points: Array) -> Array:
        """Ribs lift with the breath, the more the farther in front."""
        lift = breath * smooth_step(-points[:, 1], -60, 90)
        return body(points + lift[:, None] * [0.0, 0, 1])

    pale = Tissue(0.6 * tissue.cortex, 0.5 * tissue.marrow)  # vertebrae are nearly all marrow
    solids = bone(bones.rib_cage(), cage, tissue) + bone(bones.backbone(), body, pale)
    points: dict[str, Array] = {}
    for side, name in ((-1, "right"), (1, "left")):
        for template in (bones.clavicle, bones.scapula, bones.humerus):
            solids += bone(template(side), chain(shoulders[side], body), tissue)
        flip = np.array([side, 1, 1])
        on_bones = body(shoulders[side](_bone_points() * flip))
        labelled = zip((*PAIRED_BONES, *PAIRED_ORGANS), [*on_bones, *organ(organs.outline(side))], strict=True)
        points |= {f"{name} {label}": point for label, point in labelled}
    points |= dict(zip(MEDIAN, organ(_median_points()), strict=True))
    return Person(
        landmarks=np.stack([points[name] for name in NAMES]),
        bones=solids,
        tissue=_soft_tissue(rng, body, organ),
        metal=_pacemaker(organ) if rng.random() < 0.07 else [],
    )


def beam(rng: np.random.Generator, size: int) -> ConeBeam:
    """Draw the tube behind the patient and a nearly square film in front of the chest."""
    sides = np.array([1.0, rng.uniform(0.86, 1.12)])
    columns, rows = np.rint(size * sides / sides.max()).astype(int)
    roll = rotation("y", bounded(rng, 0, 2.5, 2.5))
    aim = np.array([bounded(rng, 0, 10), 0, bounded(rng, 8, 12)])
    film = np.array([0, -rng.uniform(150, 175), 0])
    return ConeBeam(
        source=aim + film + [bounded(rng, 0, 15), rng.uniform(1600, 1900), bounded(rng, 0, 25)],
        centre=aim + film,
        x_axis=roll @ [1.0, 0, 0],
        y_axis=roll @ [0, 0, -1.0],
        pixel=rng.uniform(345, 425) / columns,
        columns=int(columns),
        rows=int(rows),
    )


SITE = Site(
    name="chest",
    body_part="CHEST",
    region=("51185008", "Chest"),
    kilovolts=120,
    view="PA",
    orientation=("L", "F"),
    laterality="U",
    landmarks=NAMES,
    skeleton=edges(
        NAMES,
        *(
            tuple(f"{side} {label}" for label in chain)
            for side in ("right", "left")
            for chain in (
                ("medial clavicle end", "lateral clavicle end"),
                ("lung apex", "costophrenic angle", "diaphragm dome top"),
            )
        ),
        ("right cardiac border most lateral point", "left cardiac border most lateral point"),
        ("carina", "aortic knob most lateral point"),
    ),
    person=person,
    beam=beam,
    equalisation=(0.5, 0.75),
    letters=(("R", -1), ("L", 1)),
)


@cache
def _bone_points() -> Array:
    """The paired landmarks on the templates of the left shoulder girdle `[3, 3]`."""
    clavicle, scapula = bones.clavicle(), bones.scapula()
    return np.stack(
        [
            clavicle.tip((26, -66, 114), (-0.8, 0, -0.6)),
            clavicle.tip((164, -16, 153), (1, 0, 0)),
            scapula.tip((108, 86, -10), (0, 0, -1)),
        ]
    )


@cache
def _median_points() -> Array:
    """The aortic knob and the carina `[2, 3]`."""
    return np.array([[39.5, 30.0, 70.0], [0.0, 33.0, 41.0]])


def _build(rng: np.random.Generator) -> Move:
    """Size and proportions, irregularity, then rotation and inclination before the film."""
    axes = bounded(rng, 1, 0.05) * np.array([bounded(rng, 1, 0.05), bounded(rng, 1, 0.06), bounded(rng, 1, 0.05)])
    warp = Warp.draw(rng, 2.5, 150, 450)
    turn = rotation("y", bounded(rng, 0, 1.5)) @ rotation("z", bounded(rng, 0, 3.5)) @ rotation("x", bounded(rng, 0, 4))
    return lambda points: warp(points * axes) @ turn.T


def _viscera(rng: np.random.Generator) -> Move:
    """Size of the heart and depth of the breath, for each half of the diaphragm."""
    swell, deep = bounded(rng, 0.0, 0.12), bounded(rng, 0, 10)
    uneven = bounded(rng, 0, 4)

    def move(points: Array) -> Array:
        offset = points - organs.HEART
        near = np.exp(-((np.linalg.norm(offset / [85, 80, 75], axis=1)) ** 4))
        grown = points + swell * near[:, None] * offset
        low = smooth_step(-points[:, 2], -20, 70) * (1 - near)
        return grown - (low * (deep + uneven * np.sign(points[:, 0])))[:, None] * [0.0, 0, 1]

    return move


def _shoulder(rng: np.random.Generator, side: int) -> Move:
    """Raise and roll one shoulder about the inner end of its collarbone."""
    pivot = np.array([side * 18, -68, 118])
    turn = rotation("y", side * bounded(rng, 0, 4)) @ rotation("z", side * bounded(rng, 0, 3.5))
    return lambda points: (points - pivot) @ turn.T + pivot


def _soft_tissue(rng: np.random.Generator, body: Move, organ: Move) -> list[Solid]:
    trunk = organs.trunk()
    habitus = np.array([bounded(rng, 1.0, 0.05), bounded(rng, 1.04, 0.08), 1])
    fat = rng.uniform(4, 20)
    solids = [
        Solid(trunk.topology, body(trunk.vertices * habitus), FAT),
        Solid(trunk.topology, body((trunk.vertices + fat * trunk.inward) * habitus), MUSCLE - FAT),
        Solid(organs.airways().topology, organ(organs.airways().vertices), -MUSCLE),
    ]
    if rng.random() < 0.6:
        solids.append(Solid(_bubble().topology, organ(_bubble().vertices + rng.normal(0, 6, 3)), -MUSCLE))
    for side in (-1, 1):
        lung = organs.lung(side)
        solids.append(Solid(lung.topology, organ(lung.vertices), LUNG))
        vessels, sway = organs.vessels(side, int(rng.integers(VARIANTS))), Warp.draw(rng, 4.0, 60, 200)
        solids.append(Solid(vessels.topology, organ(sway(vessels.vertices)), -LUNG))
    return solids


@cache
def _bubble() -> Template:
    """Air in the stomach, below the left dome of the diaphragm."""
    return Template.of(ellipsoid((60, -14, -104), (27, 20, 13)), (28, -40, -122), (92, 12, -86), 4.0, 0.5)


@cache
def _generator() -> Template:
    return Template.of(ellipsoid((84, -112, 96), (23, 6, 20)), (54, -124, 68), (114, -100, 124), 3.0, 0.5)


@cache
def _lead() -> Template:
    path = [
        (80, -110, 116),
        (56, -90, 126),
        (18, -40, 120),
        (-16, -14, 80),
        (-20, -10, 10),
        (-10, -30, -40),
        (34, -56, -74),
    ]
    return sweep(np.array(path, float), 1.3, 1.3, rings=60, sides=6)


def _pacemaker(organ: Move) -> list[Solid]:
    return [Solid(part.topology, organ(part.vertices), METAL) for part in (_generator(), _lead())]
