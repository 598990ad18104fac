# SPDX-License-Identifier: Apache-2.0
"""Places that look like those of the labelled films."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

import published_vit
from bundle.networks import TemplateMatching, network_from_card
from bundle.networks.hrnet import BACKBONES

SIDE, CELLS = 64, 16


class Channels(nn.Module):
    """A backbone that hands on every fourth pixel: the image is its own feature map."""

    feature_channels = 3

    def __init__(self, in_channels: int, feature_channels: int) -> None:
        super().__init__()

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image[..., ::4, ::4]


@pytest.fixture(autouse=True, scope="module")
def _named() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BACKBONES, "channels", Channels)
        yield


@pytest.fixture
def network() -> TemplateMatching:
    network = TemplateMatching(2, "channels")
    network.set_landmarks(torch.tensor([[0.25, 0.5], [0.75, 0.5]]), ["a", "b"])
    return network


def film(*cells: tuple[float, float]) -> torch.Tensor:
    """A film [3, X, Y] in which the first channel peaks about the first cell, the second about the second."""
    grid = torch.cartesian_prod(torch.arange(SIDE), torch.arange(SIDE)).reshape(SIDE, SIDE, 2)
    image = torch.full((3, SIDE, SIDE), 0.2)
    for channel, cell in enumerate(cells):
        image[channel] += torch.exp(-(grid - 4 * torch.tensor(cell)).square().sum(-1) / 60)
    return image


def noise(seed: int) -> torch.Tensor:
    return torch.randn(3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed))


def labelled(*cells: tuple[int, int]) -> dict[str, torch.Tensor]:
    return {"image": film(*cells), "label": 4.0 * torch.tensor(cells)}


def test_without_templates_it_answers_the_mean_shape(network: TemplateMatching):
    torch.testing.assert_close(network(film((3, 4), (9, 8))[None])[0], network.mean_shape)


def test_landmarks_are_found_where_they_moved_to(network: TemplateMatching):
    network.learn_templates([labelled((3, 4), (9, 8)), labelled((4, 4), (9, 9))])
    found = network(film((7, 10), (2, 5))[None])[0] * (SIDE - 1)
    torch.testing.assert_close(found, torch.tensor([[28.0, 40.0], [8.0, 20.0]]), atol=2.0, rtol=0)  # half a cell


def test_an_enlarged_film_has_finer_cells(network: TemplateMatching):
    network = network.at_scale(2)
    network.learn_templates([labelled((3, 4), (9, 8)), labelled((4, 4), (9, 9))])
    between = (5.5, 6.5), (10.5, 9.5)
    output = network.forward_training(film(*between)[None])
    assert output.feature_map.shape[-2:] == (2 * CELLS, 2 * CELLS)
    found = output.vertices[0] * (SIDE - 1) / 4
    torch.testing.assert_close(found, torch.tensor(between), atol=0.4, rtol=0)
    guess = torch.tensor([[5.0, 6.0], [10.0, 9.0]]) * 4 / (SIDE - 1)
    near = network.match_near(film(*between)[None], guess[None], reach=10.0)[0] * (SIDE - 1) / 4
    torch.testing.assert_close(near, torch.tensor(between), atol=0.4, rtol=0)


def test_corners_of_a_rectangle_are_those_of_the_enlarged_one():
    """Its pixels 0 to 31 are 0 to 63 of the enlarged one, whose last cell is at 60; along the other axis 63 and 127."""
    network = TemplateMatching(1, "channels").at_scale(2)
    right = torch.linspace(0, 1, SIDE // 2)[:, None].expand(-1, SIDE)
    narrow = torch.stack([right, 1 - right, torch.zeros_like(right)])
    last = torch.tensor([[60 * 31 / 63, 32.0]])
    network.learn_templates([{"image": narrow, "label": last}])
    of_last_cell = functional.normalize(torch.tensor([60.0, 3.0, 0.0]), dim=0)
    torch.testing.assert_close(network.templates[0], of_last_cell, atol=1e-3, rtol=0)
    for found in (network(narrow[None]), network.match_near(narrow[None], last[None] / (SIDE - 1), reach=10.0)):
        assert found[0, 0, 0].item() * (SIDE - 1) == pytest.approx(last[0, 0].item(), abs=1e-3)


def test_a_landmark_that_no_film_has_keeps_its_mean(network: TemplateMatching):
    item = labelled((3, 4), (9, 8))
    item["label"][1] = torch.nan
    network.learn_templates([item])
    found = network(film((7, 10), (2, 5))[None])[0]
    assert not torch.equal(found[0], network.mean_shape[0])
    torch.testing.assert_close(found[1], network.mean_shape[1])


def test_of_two_places_alike_the_near_one_is_matched(network: TemplateMatching):
    network.learn_templates([labelled((3, 4), (9, 8))])
    image = torch.maximum(film((2, 5), (12, 3)), film((12, 10), (3, 12)))[None]
    near = torch.tensor([[[3.0, 7.0], [3.0, 10.0]]]) / 15
    found = network.match_near(image, near, 2.0)[0] * (SIDE - 1)
    torch.testing.assert_close(found, torch.tensor([[8.0, 20.0], [12.0, 48.0]]), atol=4.0, rtol=0)  # a cell
    torch.testing.assert_close(network.match_near(image, near, 1e-3), near, atol=1e-2, rtol=0)


@settings(deadline=None, max_examples=50)
@given(guess=st.tuples(st.floats(-0.1, 1.1), st.floats(-0.1, 1.1)), reach=st.floats(0.02, 0.6), seed=st.integers(0, 99))
def test_no_place_of_the_film_is_better_than_the_match(guess: tuple[float, float], reach: float, seed: int):
    network, image, near = TemplateMatching(1, "channels"), noise(seed), torch.tensor([guess])
    network.learn_templates([{"image": image, "label": torch.tensor([[20.0, 32.0]])}])
    cosine = torch.einsum("d,dxy->xy", network.templates[0], network.features(image[None])[0])
    likeness = functional.interpolate(cosine[None, None], [SIDE - 3] * 2, mode="bicubic", align_corners=True)[0, 0]
    places = torch.cartesian_prod(*[torch.arange(SIDE - 3) / (SIDE - 1)] * 2)
    score = likeness.flatten() - ((places - near) / reach).square().sum(dim=-1)
    found = network.match_near(image[None], near[None], reach)[0]
    row = (found * (SIDE - 1)).round().long()[0]
    torch.testing.assert_close(score.reshape(SIDE - 3, SIDE - 3)[tuple(row)], score.max(), atol=1e-5, rtol=0)


def test_a_landmark_that_no_film_has_stays_where_it_is_thought_to_be(network: TemplateMatching):
    item = labelled((3, 4), (9, 8))
    item["label"][1] = torch.nan
    network.learn_templates([item])
    near = torch.rand(1, 2, 2)
    torch.testing.assert_close(network.match_near(film((7, 10), (2, 5))[None], near, 0.5)[0, 1], near[0, 1])


def test_templates_are_saved_with_the_weights(network: TemplateMatching):
    network.learn_templates([labelled((3, 4), (9, 8))])
    again = TemplateMatching(2, "channels")
    again.load_state_dict(network.state_dict())
    image = film((7, 10), (2, 5))[None]
    torch.testing.assert_close(again(image), network(image))
    assert again.landmark_names == ["a", "b"]


@pytest.fixture
def dino(tmp_path: Path) -> Path:
    torch.save(published_vit.random_weights(), tmp_path / "dino.pth")
    return tmp_path / "dino.pth"


def test_likeness_is_the_mean_of_what_is_learned_and_what_is_frozen(dino: Path):
    network = TemplateMatching.with_features(1, "hrnet_small", dino).eval()
    with torch.no_grad():
        one, other = network.features(torch.rand(2, 1, 64, 64))
    cosine = functional.cosine_similarity
    halves = [cosine(one[part], other[part], dim=0) for part in (slice(64), slice(64, None))]
    torch.testing.assert_close(cosine(one, other, dim=0), sum(halves) / 2)
    torch.testing.assert_close(one.norm(dim=0), torch.ones(16, 16))
    assert one.shape == (64 + 128, 16, 16)


def test_frozen_features_are_of_the_film_whatever_the_scale(dino: Path):
    network = TemplateMatching.with_features(1, "hrnet_small", dino).eval()
    larger = network.at_scale(3)
    assert larger.frozen is network.frozen
    slow = torch.linspace(0, 2 * math.pi, 64).sin()
    image = 0.5 + 0.25 * (slow[:, None] + slow.flip(0)[None])[None, None]
    film = {"image": image[0], "label": torch.tensor([[20.0, 28.0]])}
    for matching in (network, larger):
        matching.learn_templates([film])
    frozen = [functional.normalize(matching.templates[0, 64:], dim=0) for matching in (network, larger)]
    assert torch.dot(*frozen) > 0.99


def test_a_network_of_its_card_needs_no_file_of_features(dino: Path):
    network = TemplateMatching.with_features(2, "hrnet_small", dino).eval()
    network.learn_templates([{"image": torch.rand(1, 64, 64), "label": torch.tensor([[20.0, 8.0], [40.0, 50.0]])}])
    dino.unlink()
    again = network_from_card({"landmarks": ["a", "b"], "network": network.settings()}, "best.pt").eval()
    again.load_state_dict(network.state_dict())
    image = torch.rand(1, 1, 64, 64)
    torch.testing.assert_close(again(image), network(image))


def test_without_features_the_file_is_that_of_the_backbone_alone():
    network = TemplateMatching.with_features(2, "hrnet_small", None)
    assert network.state_dict().keys() == TemplateMatching(2, "hrnet_small").state_dict().keys()
    assert not any(name.startswith("frozen") for name in network.state_dict())
