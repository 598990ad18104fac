# SPDX-License-Identifier: Apache-2.0
"""One film: a person before the tube, the collimator, a lead letter, and what comes out of the processor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bundle.synthetic.anatomy import Person, Site
from bundle.synthetic.geometry import Array, ConeBeam
from bundle.synthetic.physics import Technique, bone_contrast, expose
from bundle.synthetic.surface import line_integrals

LEAD = 3.0  # line integral of a lead letter
CLEAR = 0.98  # aperture beyond the penumbra of the collimator's blades


@dataclass(frozen=True)
class Setting:
    """All that is decided before the exposure.

    Attributes:
        person: The person.
        beam: Source and detector.
        aperture: What the collimator lets through, 0 to 1 `[rows, columns]`.
        shuttered: Whether the workstation blackens what lies outside the aperture.
        landmarks: Landmarks on the film `[K, 2]`, (x, y) in pixels; NaN where outside the film or the aperture.
    """

    person: Person
    beam: ConeBeam
    aperture: Array
    shuttered: bool
    landmarks: Array


def arrange(site: Site, size: int, rng: np.random.Generator) -> Setting:
    """Draw a person, a beam and a collimation.

    Args:
        site: The body part.
        size: Longest side of the film, pixels.
        rng: Source of all that varies.
    """
    person = site.person(rng)
    beam = site.beam(rng, size)
    if rng.random() < 0.12:
        beam = _misplaced(beam, rng)
    aperture = _aperture(beam, rng)
    return Setting(
        person, beam, aperture, bool(rng.random() < 0.4), _visible(beam.project(person.landmarks)[0], aperture)
    )


def take(setting: Setting, site: Site, rng: np.random.Generator) -> Array:
    """Expose and process the film.

    Returns:
        Grey values in [0, 1] `[rows, columns]`; dense is white.
    """
    person, beam = setting.person, setting.beam
    metal = line_integrals(person.metal, beam)
    if rng.random() < 0.8:
        metal += LEAD * _letter(site, beam, rng)
    grey = expose(
        line_integrals(person.tissue, beam),
        line_integrals(person.bones, beam) * bone_contrast(site.kilovolts),
        metal,
        setting.aperture,
        Technique.draw(rng, site.equalisation),
        rng,
    )
    return np.where(setting.aperture < CLEAR, 0.0, grey) if setting.shuttered else grey


def _misplaced(beam: ConeBeam, rng: np.random.Generator) -> ConeBeam:
    """The beam aimed beside the anatomy, by up to a quarter of the film, so that a part of it is cut off."""
    width, height = beam.pixel * beam.columns, beam.pixel * beam.rows
    shift = rng.uniform(-0.25, 0.25) * width * beam.x_axis + rng.uniform(-0.25, 0.25) * height * beam.y_axis
    return replace(beam, source=beam.source + shift, centre=beam.centre + shift)


def _aperture(beam: ConeBeam, rng: np.random.Generator) -> Array:
    """Four blades, each a little askew, with a narrow penumbra; often they stay outside the film."""
    aperture = np.ones((beam.rows, beam.columns))
    for axis in (0, 1):
        size, length = aperture.shape[axis], aperture.shape[1 - axis]
        along = np.arange(length) - (length - 1) / 2
        for first in (True, False):
            if rng.random() < 0.45:
                edge = rng.uniform(0.0, 0.06) * size + np.tan(np.deg2rad(rng.normal(0, 0.8))) * along
                depth = np.arange(size) if first else np.arange(size)[::-1]
                open_ = 1 / (1 + np.exp(-np.clip((depth[:, None] - edge) / 0.8, -30, 30)))
                aperture *= open_ if axis == 0 else open_.T
    return aperture


def _visible(points: Array, aperture: Array) -> Array:
    """Points `[K, 2]` with NaN for those outside the film or behind the collimator's blades."""
    rows, columns = aperture.shape
    nearest = np.rint(points).astype(int)
    inside = ((points >= 0) & (points <= [columns - 1, rows - 1])).all(axis=1)
    held = np.clip(nearest, 0, [columns - 1, rows - 1])
    return np.where((inside & (aperture[held[:, 1], held[:, 0]] > CLEAR))[:, None], points, np.nan)


def _letter(site: Site, beam: ConeBeam, rng: np.random.Generator) -> Array:
    """The shadow `[rows, columns]` in [0, 1] of the letter that marks the side."""
    letter, side = site.letters[rng.integers(len(site.letters))]
    height = max(rng.uniform(14, 24) / beam.pixel, 8)
    margin = 1.0 * height + 0.03 * beam.columns
    x = margin if side < 0 else beam.columns - 1 - margin
    y = rng.choice([margin, beam.rows - 1 - margin])
    film = Image.new("L", (beam.columns, beam.rows))
    font = ImageFont.load_default(size=float(height))
    ImageDraw.Draw(film).text((x, y), letter, fill=255, font=font, anchor="mm", stroke_width=max(1, round(height / 24)))
    tilted = film.rotate(rng.normal(0, 5), resample=Image.Resampling.BILINEAR, center=(float(x), float(y)))
    return np.asarray(tilted, dtype=np.float64) / 255
