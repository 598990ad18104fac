# SPDX-License-Identifier: Apache-2.0
"""Landmark sets known by name: their clinical names, the lines of a drawing, and their parts and pairs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

_NUMBERED = re.compile(r"landmark \d+")


@dataclass(frozen=True)
class LandmarkSet:
    """Names of K landmarks, and the fields of a `dataset.json` that say how they belong together."""

    landmarks: tuple[str, ...]
    skeleton: tuple[tuple[int, int], ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repeated: bool = False
    pairs: tuple[tuple[str, str], ...] = ()

    def renamed(self, landmarks: tuple[str, ...]) -> LandmarkSet:
        """The set with other names of its landmarks, in the same order."""
        name = dict(zip(self.landmarks, landmarks, strict=True))
        return LandmarkSet(
            landmarks,
            self.skeleton,
            {part: tuple(name[each] for each in names) for part, names in self.parts.items()},
            self.repeated,
            tuple((name[first], name[second]) for first, second in self.pairs),
        )

    def fields(self) -> dict[str, Any]:
        """All of it by name, as `Annotations` takes it."""
        return asdict(self)


# The 19 points of the ISBI 2014 and 2015 challenges on lateral cephalograms, in the order of their files.
CEPHALOGRAM = LandmarkSet(
    landmarks=(
        "sella",
        "nasion",
        "orbitale",
        "porion",
        "subspinale (A)",
        "supramentale (B)",
        "pogonion",
        "menton",
        "gnathion",
        "gonion",
        "lower incisor tip",
        "upper incisor tip",
        "upper lip",
        "lower lip",
        "subnasale",
        "soft-tissue pogonion",
        "posterior nasal spine",
        "anterior nasal spine",
        "articulare",
    ),
    # Cranial base, Frankfurt plane, NA and NB, mandible, nasal floor, and the profile of the lips.
    skeleton=(
        (0, 1),
        (3, 2),
        (1, 4),
        (1, 5),
        (5, 6),
        (6, 8),
        (8, 7),
        (7, 9),
        (9, 18),
        (16, 17),
        (14, 12),
        (12, 13),
        (13, 15),
    ),
)

VERTEBRAE = (*(f"T{level}" for level in range(1, 13)), *(f"L{level}" for level in range(1, 6)))
_CORNERS = ("upper left", "upper right", "lower left", "lower right")
_ENDS = ("upper", "lower")
_OUTLINE = ((0, 1), (1, 3), (3, 2), (2, 0))

# The 68 points of AASCE 2019 (SpineWeb 16): four corners of 17 vertebrae, from above.
SPINE = LandmarkSet(
    landmarks=tuple(f"{vertebra} {corner}" for vertebra in VERTEBRAE for corner in _CORNERS),
    skeleton=tuple(
        (4 * vertebra + first, 4 * vertebra + second)
        for vertebra in range(len(VERTEBRAE))
        for first, second in _OUTLINE
    ),
    parts={vertebra: tuple(f"{vertebra} {corner}" for corner in _CORNERS) for vertebra in VERTEBRAE},
    repeated=True,
    pairs=tuple((f"{vertebra} {end} left", f"{vertebra} {end} right") for vertebra in VERTEBRAE for end in _ENDS),
)

LANDMARK_SETS = {"cephalogram": CEPHALOGRAM, "spine": SPINE}


def overlay_for(landmarks: Sequence[str]) -> str | None:
    """The overlay of this bundle for films with these landmarks, as `--overlays` takes it; most have none."""
    return "configs/sites/spine.yaml" if set(landmarks) == set(SPINE.landmarks) else None


def set_of(landmarks: Sequence[str]) -> str | None:
    """The set that landmarks which nobody named may be, by their number; None if they have names, or fit none."""
    if not all(_NUMBERED.fullmatch(name) for name in landmarks):
        return None
    return next((name for name, each in LANDMARK_SETS.items() if len(each.landmarks) == len(landmarks)), None)
