# SPDX-License-Identifier: Apache-2.0
"""Path lengths through closed surfaces agree with a march along the rays through the solids they bound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle.synthetic.bone import MARROW, Template, Tissue, bone
from bundle.synthetic.geometry import ConeBeam
from bundle.synthetic.implicit import Distance, block, difference, ellipsoid, plate, tube, union
from bundle.synthetic.surface import Solid, Topology, line_integrals
from bundle.synthetic.sweep import sweep

BEAM = ConeBeam(
    np.array([12.0, -600, 5]), np.array([0.0, 100, 0]), np.array([1.0, 0, 0]), np.array([0, 0, -1.0]), 1.1, 120, 100
)
RIM = [(40, -10, 0), (28, 0, 28), (0, 6, 40), (-28, 0, 28), (-40, -10, 0), (-28, 0, -28), (0, 6, -40), (28, 0, -28)]
SOLIDS: dict[str, Distance] = {
    "ellipsoid": ellipsoid((8, -5, 4), (35, 22, 28)),
    "tapered tube": tube([(-30, 10, -20), (0, -10, 5), (30, 5, 25)], [8, 12, 5], (1, 1.3, 1)),
    "holed block": difference(block((0, 0, 0), (30, 18, 25), 6), tube([(0, -40, 3), (4, 40, -3)], 9), blend=2),
    "blended union": union(ellipsoid((-12, 0, 0), (18, 15, 20)), tube([(0, 0, 0), (35, 8, -20)], [10, 7]), blend=6),
    "curved plate": plate(RIM, [(0, 14, 0)], [7], [9] * 8),
}


def march(solid: Distance, columns: np.ndarray, rows: np.ndarray, step: float = 0.1) -> np.ndarray:
    """Length inside a solid of the rays to some pixels, by sampling."""
    x, y = (columns - (BEAM.columns - 1) / 2) * BEAM.pixel, (rows - (BEAM.rows - 1) / 2) * BEAM.pixel
    target = BEAM.centre + x[:, None] * BEAM.x_axis + y[:, None] * BEAM.y_axis
    ray = target - BEAM.source
    length = np.linalg.norm(ray, axis=1)
    distance = np.arange(520, 720, step)
    points = BEAM.source + distance[None, :, None] * (ray / length[:, None])[:, None]
    return (solid(points.reshape(-1, 3)).reshape(len(x), -1) < 0).sum(axis=1) * step


@pytest.mark.parametrize("name", SOLIDS)
def test_path_length_equals_a_numerical_ray_march(name: str) -> None:
    template = Template.of(SOLIDS[name], (-60, -60, -60), (60, 60, 60), 1.8, 0.5)
    film = line_integrals([Solid(template.topology, template.vertices, 1.0)], BEAM)
    pixels = np.random.default_rng(0).permutation(np.argwhere(film > 0.5))[:150]
    marched = march(SOLIDS[name], pixels[:, 1].astype(float), pixels[:, 0].astype(float))
    error = np.abs(film[tuple(pixels.T)] - marched)
    assert np.median(error) < 0.15
    assert np.quantile(error, 0.95) < 1.0  # at silhouettes the length has an infinite slope
    assert film.min() > -1e-6


@settings(deadline=None, max_examples=20)
@given(st.floats(-150, 150), st.floats(-150, 150))
def test_a_solid_cut_by_the_films_edge_is_seen_as_on_a_larger_film(x: float, z: float) -> None:
    template = Template.of(SOLIDS["ellipsoid"], (-60, -60, -60), (60, 60, 60), 6, 0.5)
    large = ConeBeam(BEAM.source, BEAM.centre, BEAM.x_axis, BEAM.y_axis, 1.1, 360, 300)
    solid = Solid(template.topology, template.vertices + np.array([x, 0, z]), 1.0)
    assert line_integrals([solid], BEAM) == pytest.approx(line_integrals([solid], large)[100:200, 120:240], abs=1e-7)


def test_solids_add_up_and_a_mirrored_template_mirrors_the_film() -> None:
    template = Template.of(SOLIDS["tapered tube"], (-60, -60, -60), (60, 60, 60), 3, 0.5)
    centred = ConeBeam(np.array([0.0, -600, 0]), BEAM.centre, BEAM.x_axis, BEAM.y_axis, 1.1, 120, 100)
    solid = Solid(template.topology, template.vertices, 0.5)
    mirrored = template.mirrored()
    mirrored_solid = Solid(mirrored.topology, mirrored.vertices, 0.5)
    film = line_integrals([solid], centred)
    assert line_integrals([mirrored_solid], centred) == pytest.approx(film[:, ::-1], abs=1e-9)
    joined = Template.joined([template, mirrored])
    joined_film = line_integrals([Solid(joined.topology, joined.vertices, 0.5)], centred)
    assert joined_film == pytest.approx(film + film[:, ::-1], abs=1e-9)


def test_no_solids_give_an_empty_film() -> None:
    assert not line_integrals([], BEAM).any()


def test_an_open_surface_is_refused() -> None:
    with pytest.raises(ValueError, match="closed"):
        Topology.of(np.array([[0, 1, 2], [0, 2, 3]]))


def test_a_solid_larger_than_its_box_is_refused() -> None:
    with pytest.raises(ValueError, match="touches the box"):
        Template.of(ellipsoid((0, 0, 0), (30, 5, 5)), (-10, -10, -10), (10, 10, 10), 2, 0.5)


def test_a_sweep_is_as_long_and_thick_as_asked() -> None:
    hose = sweep(np.array([[-30.0, 0, 0], [0, 0, 0], [30, 0, 0]]), 6.0, 4.0, coat=1.0, rings=30, sides=48)
    film = line_integrals([Solid(hose.topology, hose.vertices, 1.0)], BEAM)
    middle = BEAM.project(np.zeros((1, 3)))[0][0]
    assert film[round(middle[1]), round(middle[0])] == pytest.approx(12, abs=0.3)
    shorter = np.linalg.norm(hose.vertices + hose.inward, axis=1) < np.linalg.norm(hose.vertices, axis=1)
    assert shorter.all()


def test_bone_has_a_dense_rim_around_paler_marrow() -> None:
    template = Template.of(ellipsoid((0, 0, 0), (25, 25, 25)), (-30,) * 3, (30,) * 3, 1.5, 2.0)
    film = line_integrals(bone(template, lambda points: points, Tissue()), BEAM)
    (centre,), _ = BEAM.project(np.zeros((1, 3)))
    profile = film[round(centre[1])]
    assert profile[round(centre[0])] == pytest.approx(4 * 0.040 + 46 * MARROW, rel=0.05)
    assert profile.max() > 1.2 * profile[round(centre[0])]
    porous = line_integrals(bone(template, lambda points: points, Tissue(cortex=0.5, marrow=0.5)), BEAM)
    assert porous.sum() < 0.7 * film.sum()
