# SPDX-License-Identifier: Apache-2.0
"""Contrast that is told from the surroundings of each pixel."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from bundle.networks import PartGraph
from bundle.networks.local_contrast import FAINT, local_contrast


def film(seed: int = 0, size: tuple[int, int] = (64, 96)) -> torch.Tensor:
    return torch.rand(2, 1, *size, generator=torch.Generator().manual_seed(seed))


@given(seed=st.integers(0, 1000), darker=st.floats(-0.5, 0.5), fainter=st.floats(0.5, 1))
@settings(max_examples=20, deadline=None)
def test_a_darker_film_looks_the_same_and_a_fainter_one_nearly(seed: int, darker: float, fainter: float):
    clear = film(seed)
    seen = local_contrast(clear, 0.2)
    assert torch.allclose(local_contrast(clear + darker, 0.2), seen, atol=1e-4)
    assert torch.allclose(local_contrast(clear * fainter, 0.2), seen, atol=0.06)


def test_it_is_what_box_means_of_the_whole_film_say_away_from_its_edges():
    image = film(size=(64, 64))[0, 0].double().numpy()

    def about(values: np.ndarray) -> np.ndarray:
        return ndimage.uniform_filter(ndimage.uniform_filter(values, 7), 7)

    expected = 0.5 + 0.25 * (image - about(image)) / (np.sqrt(about(image**2) - about(image) ** 2) + FAINT)
    found = local_contrast(torch.from_numpy(image)[None, None], 0.1)[0, 0].numpy()
    inside = slice(8, -8), slice(8, -8)
    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-4)


def test_it_can_be_traced():
    def of_film(image: torch.Tensor) -> torch.Tensor:
        return local_contrast(image, 0.1)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the size of the box becomes that of the traced film
        traced = torch.jit.trace(of_film, film())
    torch.testing.assert_close(traced(film(1)), of_film(film(1)))


def test_a_film_of_one_grey_level_has_no_contrast():
    assert torch.allclose(local_contrast(torch.full((1, 1, 32, 64), 0.7), 0.1), torch.tensor(0.5), atol=0.01)


@pytest.mark.parametrize("box", [0.0, 0.1])
def test_the_backbone_of_a_graph_of_parts_is_shown_it_where_a_box_is_given(box: float):
    network = PartGraph(3, [[0], [1], [2]], "hrnet_small", contrast_box=box).eval()
    shown: list[torch.Tensor] = []
    network.backbone.register_forward_pre_hook(lambda _, images: shown.extend(images))
    network(film())
    assert torch.equal(shown[0], local_contrast(film(), box) if box else film())
