# SPDX-License-Identifier: Apache-2.0
"""People whose left hand is filmed from the back, and the landmarks of its joints.

The frame is the wrist's: x to the thumb, y to the palm (and the film), z to the finger tips; the origin is in the
capitate.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from bundle.synthetic import bones_hand as bones
from bundle.synthetic.anatomy import METAL, MUSCLE, Person, Site, edges
from bundle.synthetic.bone import Template, bone
from bundle.synthetic.geometry import Array, ConeBeam, rotation
from bundle.synthetic.implicit import ellipsoid, tube, union
from bundle.synthetic.surface import Solid
from bundle.synthetic.variation import Warp, bounded, chain, draw_tissue


@dataclass(frozen=True)
class Digit:
    """A digit at rest.

    Attributes:
        base: Place of the metacarpal's base, mm.
        heading: Angle of the metacarpal from the hand's axis towards the thumb, degrees.
        spread: Angle of the phalanges, degrees.
        roll: Rotation about the digit's axis, degrees.
        lengths: Lengths of its bones from the metacarpal outward, mm.
        width: Factor of the bones' widths.
    """

    base: tuple[float, float, float]
    heading: float
    spread: float
    roll: float
    lengths: tuple[float, ...]
    width: float


DIGITS = {
    "thumb": Digit((27, 5, 12), 40, 34, 55, (45, 31, 21), 1.12),
    "index finger": Digit((14.5, 0, 17), 11, 11, 0, (67, 40, 23.5, 17), 1.02),
    "middle finger": Digit((1.5, -1, 14), 0.5, 1, 0, (65, 45, 28, 18), 1.05),
    "ring finger": Digit((-10.5, 0, 12), -10, -9, 0, (57, 42, 27, 18), 0.97),
    "little finger": Digit((-20, 1, 9), -20, -20, -8, (53, 33, 19, 16.5), 0.88),
}
KINDS = {3: ("metacarpal", "proximal", "distal"), 4: ("metacarpal", "proximal", "middle", "distal")}
JOINTS = {
    3: ("carpometacarpal joint", "metacarpophalangeal joint", "interphalangeal joint", "distal phalanx tip"),
    4: (
        "carpometacarpal joint",
        "metacarpophalangeal joint",
        "proximal interphalangeal joint",
        "distal interphalangeal joint",
        "distal phalanx tip",
    ),
}
WRIST = ("radial styloid tip", "ulnar styloid tip", "lunate centre", "capitate centre")
LABELS = {name: tuple(f"{name} {joint}" for joint in JOINTS[len(digit.lengths)]) for name, digit in DIGITS.items()}
NAMES = (*(label for labels in LABELS.values() for label in labels), *WRIST)
GAP = 1.6  # cartilage between two bones, mm


@dataclass(frozen=True)
class Frame:
    """Place of a bone: a turn and scale `[3, 3]`, then a shift `[3]`."""

    matrix: Array
    origin: Array

    def __call__(self, points: Array) -> Array:
        """Take points `[N, 3]` of the bone's frame to the hand's."""
        return points @ self.matrix.T + self.origin


@dataclass(frozen=True)
class Posture:
    """Angles in degrees by which a digit departs from rest, and its factors of length."""

    spread: float
    bends: tuple[float, ...]
    deviations: tuple[float, ...]
    stretch: tuple[float, ...]
    width: float


REST = Posture(0.0, (0.0,) * 4, (0.0,) * 4, (1.0,) * 4, 1.0)


def person(rng: np.random.Generator) -> Person:
    """Draw an adult's left hand: size, proportions, spread and bend of the fingers, bone quality, ring or screw."""
    tissue = draw_tissue(rng)
    size = bounded(rng, 1.0, 0.07)
    spread, thumb = rng.uniform(0.45, 1.8), bounded(rng, 4, 10)
    frames = {
        name: _digit(digit, _posture(rng, thumb if name == "thumb" else (spread - 1) * digit.spread))
        for name, digit in DIGITS.items()
    }
    wrist = _wrist(rng)
    warp = Warp.draw(rng, 0.9, 60, 200)
    palm = rotation("z", bounded(rng, 0, 6)) @ rotation("x", bounded(rng, 0, 4))

    def place(points: Array) -> Array:
        return size * warp(points) @ palm.T

    solids = []
    for digit in frames.values():
        for kind, frame in zip(KINDS[len(digit)], digit, strict=True):
            solids += bone(bones.long_bone(kind), chain(frame, place), tissue)
    solids += bone(_wrist_bones(), chain(wrist, place), tissue)
    return Person(
        landmarks=place(np.concatenate([*(_joints(digit) for digit in frames.values()), wrist(_wrist_points())])),
        bones=solids,
        tissue=[Solid(_glove().topology, place(_skinned(frames, wrist, rng)), MUSCLE)],
        metal=[Solid(part.topology, place(frame(part.vertices)), METAL) for part, frame in _metalwork(frames, rng)],
    )


def beam(rng: np.random.Generator, size: int) -> ConeBeam:
    """Draw the tube above the cassette and a portrait film around the hand."""
    rows, columns = size, round(size * rng.uniform(0.74, 0.86))
    roll = rotation("y", bounded(rng, 0, 5.0))
    distance = rng.uniform(950, 1150)
    aim = np.array([bounded(rng, 4, 7), 0, bounded(rng, 54, 8)])
    film = np.array([0, rng.uniform(20, 30), 0])
    return ConeBeam(
        source=aim + film - [0, distance, 0] + [bounded(rng, 0, 15), 0, bounded(rng, 0, 15)],
        centre=aim + film,
        x_axis=roll @ [1.0, 0, 0],
        y_axis=roll @ [0, 0, -1.0],
        pixel=rng.uniform(262, 310) / rows,
        columns=columns,
        rows=rows,
    )


SITE = Site(
    name="hand",
    body_part="HAND",
    region=("85562004", "Hand"),
    kilovolts=52,
    view="PA",
    orientation=("L", "H"),
    laterality="L",
    landmarks=NAMES,
    skeleton=edges(NAMES, *LABELS.values(), *(("capitate centre", labels[0]) for labels in LABELS.values())),
    person=person,
    beam=beam,
    equalisation=(0.2, 0.45),
    letters=(("L", -1), ("L", 1)),
)


def _posture(rng: np.random.Generator, spread: float) -> Posture:
    return Posture(
        spread=spread + bounded(rng, 0, 2.0),
        bends=(bounded(rng, 0, 3), bounded(rng, 4, 5), bounded(rng, 5, 6), bounded(rng, 3, 5)),
        deviations=(bounded(rng, 0, 1.5), 0.0, bounded(rng, 0, 2), bounded(rng, 0, 2.5)),
        stretch=tuple(bounded(rng, 1, 0.04) for _ in range(4)),
        width=bounded(rng, 1, 0.06),
    )


def _digit(digit: Digit, posture: Posture) -> list[Frame]:
    """Frames of a digit's bones from the metacarpal outward, each beginning where the one before ends."""
    frames = []
    origin, bend, heading = np.array(digit.base, float), 0.0, digit.heading + posture.deviations[0]
    for index, (kind, length) in enumerate(zip(KINDS[len(digit.lengths)], digit.lengths, strict=True)):
        bend += posture.bends[index]
        if index:
            heading = digit.spread + posture.spread + sum(posture.deviations[1 : index + 1])
        turn = rotation("y", heading) @ rotation("x", -bend) @ rotation("z", -digit.roll)
        along = length * posture.stretch[index] / bones.LENGTHS[kind]
        across = digit.width * posture.width
        frames.append(Frame(turn * [across, across, along], origin))
        origin = frames[-1](np.array([[0, 0, bones.LENGTHS[kind] + GAP / along]]))[0]
    return frames


def _wrist(rng: np.random.Generator) -> Frame:
    """The carpus and the forearm, slightly turned to the side of either bone and scaled on their own."""
    scale = [bounded(rng, 1, 0.04), bounded(rng, 1, 0.04), bounded(rng, 1, 0.04)]
    return Frame(rotation("y", bounded(rng, 0, 2.5)) * scale, np.zeros(3))


def _joints(digit: list[Frame]) -> Array:
    """Centres of the joint spaces along a digit and the tip of its last bone `[len(digit) + 1, 3]`."""
    tip = bones.long_bone("distal").tip((0, 0, bones.LENGTHS["distal"]), (0, 0, 1), 6) * [0, 0, 1]
    middle = np.array([[0, 0, -GAP / 2]])
    return np.concatenate([*(frame(middle) for frame in digit), digit[-1](tip[None])])


@cache
def _wrist_bones() -> Template:
    return Template.joined([*(bones.carpal(name) for name in bones.CARPALS), bones.radius(), bones.ulna()])


@cache
def _wrist_points() -> Array:
    """The wrist's landmarks on the templates `[4, 3]`."""
    lunate, capitate = (bones.carpal(name).vertices for name in ("lunate", "capitate"))
    return np.stack(
        [
            bones.radius().tip((24, 0, -18), (0.1, 0, 1)),
            bones.ulna().tip((-23, -3, -24), (-0.1, 0, 1), 8),
            (lunate.min(axis=0) + lunate.max(axis=0)) / 2,
            (capitate.min(axis=0) + capitate.max(axis=0)) / 2,
        ]
    )


@cache
def _glove() -> Template:
    """Skin and flesh of the hand at rest."""
    parts = []
    for digit in DIGITS.values():
        nodes = _joints(_digit(digit, REST))
        radii = [11, 11.5, 9.8, 8.6, 7.0] if len(nodes) == 5 else [14, 13.5, 11.2, 8.2]
        parts.append(tube(nodes[:2], radii[:2]))
        parts.append(tube(nodes[1:], np.multiply(radii[1:], digit.width)))
    parts.append(ellipsoid((2, 3, 38), (34, 14, 46)))
    parts.append(tube([(22, 8, 2), (36, 8, 34)], [15, 14]))
    parts.append(tube([(-20, 6, -5), (-27, 5, 45)], [12, 11]))
    parts.append(tube([(-1, 1, 5), (-1, 1, -30), (-1, 0, -70), (-1, 0, -140)], [19, 20, 23, 27], (1.45, 0.82, 1)))
    return Template.of(union(*parts, blend=9.0), (-110, -40, -185), (135, 45, 205), 4.0, 1.0)


@cache
def _skin_weights() -> Array:
    """How much each bone moves each vertex of the glove `[V, B]`: by the inverse fourth power of their distance."""
    segments = [np.array([frame(np.zeros((1, 3)))[0], frame(np.array([[0, 0, bones.LENGTHS[kind]]]))[0]])
                for digit in DIGITS.values()
                for kind, frame in zip(KINDS[len(digit.lengths)], _digit(digit, REST), strict=True)]  # fmt: skip
    segments.append(np.array([[0.0, 0, -10], [0, 0, -140]]))
    distances = np.stack([tube(segment, 0.0)(_glove().vertices) for segment in segments], axis=1)
    weights = 1 / (distances + 1) ** 4
    return weights / weights.sum(axis=1, keepdims=True)


def _skinned(frames: dict[str, list[Frame]], wrist: Frame, rng: np.random.Generator) -> Array:
    """The glove's vertices after the bones have moved, on a leaner or stouter hand `[V, 3]`."""
    rest = [frame for digit in DIGITS.values() for frame in _digit(digit, REST)]
    moved = [frame for digit in frames.values() for frame in digit]
    glove = _glove()
    vertices = glove.vertices - rng.uniform(-1.5, 1.5) * glove.inward
    total = np.zeros_like(vertices)
    pairs = [*zip(rest, moved, strict=True), (Frame(np.eye(3), np.zeros(3)), wrist)]
    for weight, (before, after) in zip(_skin_weights().T, pairs, strict=True):
        local = (vertices - before.origin) @ np.linalg.inv(before.matrix).T
        total += weight[:, None] * after(local)
    return total


def _metalwork(frames: dict[str, list[Frame]], rng: np.random.Generator) -> list[tuple[Template, Frame]]:
    """Now and then a ring on the ring finger or a screw in a metacarpal, each in the frame of its bone."""
    parts = []
    if rng.random() < 0.08:
        parts.append((bones.ring(), frames["ring finger"][1]))
    if rng.random() < 0.05:
        finger = list(frames)[rng.integers(len(frames))]
        parts.append((bones.screw(), frames[finger][0]))
    return parts
