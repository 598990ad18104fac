# SPDX-License-Identifier: Apache-2.0
"""Percentiles from a histogram are those of NumPy, and a film without contrast is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from monai.data import MetaTensor

from bundle.errors import RadiographError
from bundle.transforms.scale_grey_levels import LEVELS, ScaleGreyLevelsd, percentiles

whole = st.integers(-LEVELS, LEVELS).map(float)
broken = st.floats(-1e6, 1e6, width=32)


@settings(deadline=None)
@given(
    arrays.arrays(np.float32, st.tuples(st.integers(1, 30), st.integers(1, 30)), elements=whole | broken),
    st.lists(st.floats(0, 100), min_size=1, max_size=4),
)
def test_they_are_those_of_numpy(values: np.ndarray, at: list[float]):
    expected = np.percentile(values.astype(np.float64), at)
    np.testing.assert_allclose(percentiles(values, at), expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("levels", [256, LEVELS, 4 * LEVELS])
def test_so_are_those_of_a_film(levels: int):
    values = np.random.default_rng(levels).integers(0, levels, (300, 200)).astype(np.float32)
    np.testing.assert_allclose(percentiles(values, [0.5, 99.5]), np.percentile(values, [0.5, 99.5]), rtol=1e-6)


def test_a_film_of_one_value_is_refused():
    film = torch.full((1, 40, 30), 7.0)
    film[0, 0, 0] = 900
    with pytest.raises(RadiographError, match="nearly all its pixels have one value"):
        ScaleGreyLevelsd("image", 0.5, 99.5)({"image": film})


def test_the_film_that_is_given_stays_as_it_is():
    film = MetaTensor(torch.arange(200.0).reshape(1, 20, 10), meta={"warnings": "none"})
    scaled = ScaleGreyLevelsd("image", 10, 90)({"image": film})["image"]
    assert film.max() == 199 and scaled.max() == 1 and scaled.min() == 0
    assert scaled.meta["warnings"] == "none"
