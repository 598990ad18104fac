# SPDX-License-Identifier: Apache-2.0
"""Every site shows its landmarks, on people who differ."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import maximum_filter

from bundle.synthetic.anatomy import Site
from bundle.synthetic.film import Setting, arrange, take
from bundle.synthetic.sample import SITES, load_site
from bundle.synthetic.surface import line_integrals

FEWEST = {"pelvis": 16, "hand": 20, "chest": 12}
SIZE = 192
SOFT = ("lung apex", "costophrenic", "diaphragm", "cardiac", "aortic", "carina")


@pytest.fixture(params=SITES, scope="module")
def site(request: pytest.FixtureRequest) -> Site:
    return load_site(request.param)


@pytest.fixture(scope="module")
def settings(site: Site) -> list[Setting]:
    return [arrange(site, SIZE, np.random.default_rng(seed)) for seed in range(36)]


def test_landmarks_have_distinct_names_and_the_skeleton_joins_them(site: Site) -> None:
    assert len(site.landmarks) >= FEWEST[site.name]
    assert len(set(site.landmarks)) == len(site.landmarks)
    assert all(0 <= first < len(site.landmarks) for pair in site.skeleton for first in pair)
    assert all(first != second for first, second in site.skeleton)


@pytest.mark.parametrize("seed", range(3))
def test_bony_landmarks_lie_on_bone(site: Site, settings: list[Setting], seed: int) -> None:
    person, beam = settings[seed].person, settings[seed].beam
    bones = maximum_filter(line_integrals(person.bones, beam), 11)
    points = np.rint(beam.project(person.landmarks)[0]).astype(int)
    for name, (x, y) in zip(site.landmarks, points, strict=True):
        if 0 <= x < beam.columns and 0 <= y < beam.rows and not any(word in name for word in SOFT):
            assert bones[y, x] > 0.01, name


def test_right_and_left_are_where_a_reader_expects_them(site: Site) -> None:
    person = site.person(np.random.default_rng(1))
    beam = site.beam(np.random.default_rng(1), 256)
    place = dict(zip(site.landmarks, beam.project(person.landmarks)[0], strict=True))
    for name in site.landmarks:
        if name.startswith("right "):
            assert place[name][0] < place[name.replace("right ", "left ")][0], name
    above = {
        "pelvis": ("left iliac crest highest point", "left ischial tuberosity lowest point"),
        "hand": ("middle finger distal phalanx tip", "lunate centre"),
        "chest": ("left lung apex", "left diaphragm dome top"),
    }[site.name]
    assert place[above[0]][1] < place[above[1]][1]


def test_a_flip_exchanges_landmarks_that_mirror_each_other(site: Site, settings: list[Setting]) -> None:
    """Of the mean shape: flipped with its pairs exchanged it lies nearer to itself than without."""
    shapes = np.array([setting.beam.project(setting.person.landmarks)[0] for setting in settings])
    mean = (shapes - shapes.mean(axis=1, keepdims=True)).mean(axis=0)
    partner = {name: other for pair in site.pairs for name, other in (pair, pair[::-1])}
    order = [site.landmarks.index(partner.get(name, name)) for name in site.landmarks]
    assert len(partner) == 2 * len(site.pairs) == {"pelvis": 18}.get(site.name, 0)
    if site.pairs:
        assert np.linalg.norm(mean * [-1, 1] - mean[order], axis=1).max() < 0.05 * SIZE


def test_people_and_positions_vary_beyond_a_mean_shape(settings: list[Setting]) -> None:
    shapes = np.array([setting.beam.project(setting.person.landmarks)[0] for setting in settings])
    assert np.linalg.norm(shapes.std(axis=0), axis=1).min() > 0.02 * SIZE
    own_shape = shapes - shapes.mean(axis=1, keepdims=True)
    assert np.median(np.linalg.norm(own_shape.std(axis=0), axis=1)) > 0.014 * SIZE


def test_hidden_landmarks_are_missing_and_the_others_lie_on_the_film(site: Site, settings: list[Setting]) -> None:
    missing = 0
    for setting in settings:
        hidden = np.isnan(setting.landmarks[:, 0])
        seen = setting.landmarks[~hidden]
        assert (seen >= 0).all()
        assert (seen <= [setting.beam.columns - 1, setting.beam.rows - 1]).all()
        x, y = np.rint(seen).astype(int).T
        assert (setting.aperture[y, x] > 0.9).all()
        assert np.array_equal(seen, setting.beam.project(setting.person.landmarks)[0][~hidden])
        missing += hidden.sum()
    assert 0 < missing < 0.25 * len(settings) * len(site.landmarks)


def test_some_people_have_implants(settings: list[Setting]) -> None:
    worn = sum(bool(setting.person.metal) for setting in settings)
    assert 1 <= worn <= len(settings) / 3


def test_films_are_of_the_requested_size_and_use_the_grey_scale(site: Site, settings: list[Setting]) -> None:
    for setting in settings[:3]:
        grey = take(setting, site, np.random.default_rng(0))
        assert max(grey.shape) == SIZE
        assert grey.min() >= 0
        assert grey.max() <= 1
        assert np.ptp(np.quantile(grey, [0.05, 0.95])) > 0.3


def test_films_have_the_bodys_aspect() -> None:
    ratio = {
        name: np.mean([(b := load_site(name).beam(np.random.default_rng(s), 300)).columns / b.rows for s in range(9)])
        for name in SITES
    }
    assert ratio["pelvis"] > 1.1
    assert ratio["hand"] < 0.9
    assert 0.85 < ratio["chest"] < 1.2
