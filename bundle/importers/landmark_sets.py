# SPDX-License-Identifier: Apache-2.0
"""Landmark sets known by name: their clinical names, and the lines that a drawing joins them with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LandmarkSet:
    """Names of K landmarks and pairs of their indices joined by lines."""

    landmarks: tuple[str, ...]
    skeleton: tuple[tuple[int, int], ...]


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
_OUTLINE = ((0, 1), (1, 3), (3, 2), (2, 0))

# The 68 points of AASCE 2019 (SpineWeb 16): four corners of 17 vertebrae, from above.
SPINE = LandmarkSet(
    landmarks=tuple(f"{vertebra} {corner}" for vertebra in VERTEBRAE for corner in _CORNERS),
    skeleton=tuple(
        (4 * vertebra + first, 4 * vertebra + second)
        for vertebra in range(len(VERTEBRAE))
        for first, second in _OUTLINE
    ),
)

LANDMARK_SETS = {"cephalogram": CEPHALOGRAM, "spine": SPINE}
