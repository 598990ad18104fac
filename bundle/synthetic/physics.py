# SPDX-License-Identifier: Apache-2.0
"""From line integrals to a film's grey values: Beer-Lambert attenuation, scatter, quantum noise, display."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom

from bundle.synthetic.geometry import Array


@dataclass(frozen=True)
class Technique:
    """How a film is exposed and processed.

    Attributes:
        quanta: Photons per pixel of an unattenuated beam.
        scatter: Scattered relative to primary photons behind the body.
        sharpness: Standard deviation of the detector's point spread, pixels.
        grain: Contrast of the trabecular pattern relative to the bone's attenuation.
        equalisation: Part of the coarse contrast that the processing takes away.
        gradation: Slope of the display curve at its middle.
        brightness: Shift of the display curve, in parts of the film's range.
    """

    quanta: float
    scatter: float
    sharpness: float
    grain: float
    equalisation: float
    gradation: float
    brightness: float

    @classmethod
    def draw(cls, rng: np.random.Generator, equalisation: tuple[float, float]) -> Technique:
        """Draw the habits of a department and the luck of an exposure, the equalisation within the given range."""
        return cls(
            quanta=float(np.exp(rng.uniform(np.log(2.5e4), np.log(2.5e5)))),
            scatter=rng.uniform(0.15, 0.6),
            sharpness=rng.uniform(0.45, 0.8),
            grain=rng.uniform(0.03, 0.09),
            equalisation=rng.uniform(*equalisation),
            gradation=rng.uniform(3.0, 5.0),
            brightness=rng.uniform(-0.09, 0.06),
        )


def bone_contrast(kilovolts: float) -> float:
    """Factor of the bones' attenuation at a tube voltage relative to 75 kV: contrast fades as the voltage rises."""
    return float((75 / kilovolts) ** 0.9)


def expose(
    body: Array, bone: Array, metal: Array, aperture: Array, technique: Technique, rng: np.random.Generator
) -> Array:
    """Expose a film and process it for display.

    Args:
        body: Line integrals of the soft tissue `[rows, columns]`.
        bone: Line integrals of the bones.
        metal: Line integrals of implants and lead letters.
        aperture: What the collimator lets through, 0 to 1.
        technique: Exposure and processing.
        rng: Source of the noise.

    Returns:
        Grey values `[rows, columns]` in [0, 1]; dense is white.
    """
    total = body + bone * (1 + technique.grain * _trabeculae(bone.shape, rng)) + metal
    primary = np.exp(-total) * aperture
    signal = primary + technique.scatter * _coarse(primary * (1 - np.exp(-0.25 * body)), 0.08)
    signal = gaussian_filter(signal.astype(np.float32), technique.sharpness)
    quanta = np.maximum(signal, 1e-5) * technique.quanta
    noise = gaussian_filter(rng.standard_normal(signal.shape, dtype=np.float32), 0.5)
    density = -np.log(np.maximum(quanta + np.sqrt(quanta) * noise, 1.0) / technique.quanta)
    return _display(density, (aperture > 0.5) & (body > 0.08 * body.max()) & (metal < 1), technique)


def _coarse(film: Array, reach: float) -> Array:
    """A film `[rows, columns]` blurred over a part `reach` of its longest side."""
    blurred = gaussian_filter(film[4::8, 4::8], reach * max(film.shape) / 8, mode="nearest")
    scale = [n / m for n, m in zip(film.shape, blurred.shape, strict=True)]
    return zoom(blurred, scale, order=1, grid_mode=True, mode="nearest")


def _trabeculae(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """A band-pass pattern of unit deviation, a little longer along the body's axis."""
    white = rng.standard_normal(shape, dtype=np.float32)
    pattern = gaussian_filter(white, (1.2, 0.8), truncate=2.5) - gaussian_filter(white, (3.0, 2.4), truncate=2.5)
    return pattern / pattern.std()


def _display(density: Array, anatomy: NDArray[np.bool_], technique: Technique) -> Array:
    """Dynamic range compression, then the S-shaped gradation of film set for the exposed anatomy."""
    exposed = np.clip(density, *np.percentile(density[::4, ::4][anatomy[::4, ::4]], [2, 99.5]))
    ground = _coarse(exposed, 0.05)
    even = density - technique.equalisation * ground
    low, high = np.percentile(even[::4, ::4][anatomy[::4, ::4]], [3, 99.5])
    level = 0.9 * (even - low) / max(high - low, 1e-3) - 0.4 + technique.brightness
    curve = np.tanh(technique.gradation * level / 2) / np.tanh(technique.gradation / 4)
    return np.clip(0.5 + 0.5 * curve, 0, 1)
