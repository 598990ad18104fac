# SPDX-License-Identifier: Apache-2.0
"""What every anatomical site provides: its landmarks' names, how it is filmed, and people to film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from bundle.synthetic.geometry import Array, ConeBeam
from bundle.synthetic.surface import Solid

MUSCLE = 0.0205  # attenuation per mm at about 60 keV
FAT = 0.0180
METAL = 0.25


@dataclass(frozen=True)
class Person:
    """One person in front of the detector.

    Attributes:
        landmarks: Anatomical points, mm `[K, 3]`, in the order of the site's names.
        bones: Bones, in excess of the tissue around them.
        tissue: Soft tissue and the air inside the body.
        metal: Implants.
    """

    landmarks: Array
    bones: list[Solid] = field(default_factory=list)
    tissue: list[Solid] = field(default_factory=list)
    metal: list[Solid] = field(default_factory=list)


@dataclass(frozen=True)
class Site:
    """A body part and the way it is filmed.

    Attributes:
        name: Name on the command line.
        body_part: DICOM Body Part Examined.
        region: SNOMED CT code and meaning of the body part.
        kilovolts: Tube voltage in use.
        view: DICOM View Position.
        orientation: DICOM Patient Orientation: where the film's rows and columns point.
        laterality: DICOM Image Laterality: "R", "L", "U" (unpaired) or "B".
        landmarks: Clinical names of the K landmarks.
        skeleton: Pairs of landmarks joined in drawings.
        person: Draws a person.
        beam: Draws the tube and detector for a film whose longest side has the given number of pixels.
        equalisation: Range of the coarse contrast that the film's processing takes away, as parts of one.
        letters: Lead letters in use, each with the side of the film (-1 left, 1 right) where it lies.
        pairs: Names of the landmarks that change places where a film is flipped; empty where that shows no person.
    """

    name: str
    body_part: str
    region: tuple[str, str]
    kilovolts: int
    view: str
    orientation: tuple[str, str]
    laterality: str
    landmarks: tuple[str, ...]
    skeleton: tuple[tuple[int, int], ...]
    person: Callable[[np.random.Generator], Person]
    beam: Callable[[np.random.Generator, int], ConeBeam]
    equalisation: tuple[float, float]
    letters: tuple[tuple[str, int], ...]
    pairs: tuple[tuple[str, str], ...] = ()


def edges(names: tuple[str, ...], *chains: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Index pairs of the lines through chains of landmark names."""
    return tuple((names.index(first), names.index(second)) for chain in chains for first, second in pairwise(chain))
