# SPDX-License-Identifier: Apache-2.0
"""Dense is white, noise falls with the dose, and the display spares the unexposed border."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bundle.synthetic.physics import Technique, bone_contrast, expose

TECHNIQUE = Technique(
    quanta=1e5, scatter=0.3, sharpness=0.6, grain=0.0, equalisation=0.4, gradation=4.0, brightness=0.0
)
SHAPE = (128, 160)


def exposed(technique: Technique = TECHNIQUE, seed: int = 0, aperture: np.ndarray | None = None) -> np.ndarray:
    body = np.full(SHAPE, 2.0)
    body[:, :30] = 0
    bone, metal = np.zeros(SHAPE), np.zeros(SHAPE)
    bone[40:80, 60:90] = 0.8
    metal[90:110, 100:120] = 4.0
    open_ = np.ones(SHAPE) if aperture is None else aperture
    return expose(body, bone, metal, open_, technique, np.random.default_rng(seed))


def test_air_flesh_bone_and_metal_are_ever_whiter() -> None:
    film = exposed()
    levels = [film[60, 5], film[20, 130], film[60, 75], film[100, 110]]
    assert levels == sorted(levels)
    assert levels[2] - levels[1] > 0.1


def test_noise_falls_with_the_number_of_quanta() -> None:
    def noise(quanta: float) -> float:
        pair = [exposed(replace(TECHNIQUE, quanta=quanta), seed)[10:30, 110:150] for seed in (0, 1)]
        return float(np.std(pair[0] - pair[1]))

    assert noise(2.5e4) == pytest.approx(2 * noise(1e5), rel=0.25)


def test_a_collimated_border_leaves_the_anatomys_grey_levels() -> None:
    aperture = np.ones(SHAPE)
    aperture[:, 148:] = 0
    plain, collimated = exposed(), exposed(aperture=aperture)
    assert collimated[:, 152:].min() > 0.9
    assert np.abs(plain - collimated)[45:75, 65:85].mean() < 0.05


def test_bone_contrast_fades_with_the_tube_voltage() -> None:
    assert bone_contrast(75) == 1
    assert bone_contrast(52) > 1 > bone_contrast(120) > 0.4
