# SPDX-License-Identifier: Apache-2.0
"""Places of a film that look like those of the labelled films, in windows of it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from bundle.coordinates import to_normalized
from bundle.networks import WindowMatching, network_from_card
from bundle.networks.window_matching import into_reduced, reduced

SIDE = 96
LABEL = torch.tensor([[40.0, 30.0], [57.0, 64.0], [torch.nan, torch.nan]])


def film(seed: int = 0) -> torch.Tensor:
    return reduced(torch.rand(1, 1, 4 * SIDE, 4 * SIDE, generator=torch.Generator().manual_seed(seed)), 4)[0]


def untrained() -> WindowMatching:
    torch.manual_seed(0)
    return WindowMatching(3, widths=(8, 8, 8, 8), channels=32)


@pytest.fixture
def network() -> WindowMatching:
    """It tells places apart by random filters, and knows two of three landmarks from a labelled film."""
    network = untrained()
    network.encoder = nn.Conv2d(1, 32, 7, network.stride, 3, bias=False)
    network.set_landmarks(torch.tensor([[0.4, 0.3], [0.6, 0.7], [0.5, 0.5]]), ["a", "b", "c"])
    network.learn_templates([{"image": film(), "label": LABEL}])
    return network


def test_landmarks_are_found_again_to_the_pixel_and_one_without_template_stays(network: WindowMatching):
    guess = to_normalized(LABEL.nan_to_num(50.0) + torch.tensor([5.0, -4.0]), SIDE)
    found = network.match_near(film()[None], guess[None], reach=0.2)[0] * (SIDE - 1)
    assert (found - LABEL)[:2].abs().max() <= 1
    torch.testing.assert_close(found[2], torch.tensor([55.0, 46.0]))


def test_what_moves_is_followed(network: WindowMatching):
    moved = film().roll((4, -8), dims=(1, 2))  # whole cells of both reductions
    guess = to_normalized(LABEL.nan_to_num(50.0), SIDE)
    found = network.match_near(moved[None], guess[None], reach=0.3)[0] * (SIDE - 1)
    assert (found - LABEL - torch.tensor([4.0, -8.0]))[:2].abs().max() <= 1


def test_what_lies_out_of_reach_is_not_found(network: WindowMatching):
    guess = to_normalized(LABEL.nan_to_num(50.0) + 20, SIDE)
    found = network.match_near(film()[None], guess[None], reach=0.1)[0]
    assert (found - guess).abs().max() <= 0.1 + 1 / SIDE


def test_near_the_edge_the_answer_is_a_pixel_of_the_film(network: WindowMatching):
    guess = torch.tensor([[0.0, 0.0], [1.0, 1.0], [0.5, 0.5]])
    found = network.match_near(film()[None], guess[None], reach=0.2)
    assert found.min() >= 0 and found.max() <= 1


def test_a_film_is_answered_as_in_a_batch_and_in_bfloat16_to_a_pixel(network: WindowMatching):
    films = torch.stack([film(1), film(2)])
    alone = torch.cat([network(films[:1]), network(films[1:])])
    torch.testing.assert_close(network(films), alone)
    guess = to_normalized(LABEL.nan_to_num(50.0), SIDE)[None]
    with torch.autocast("cpu", torch.bfloat16):
        found = network.match_near(film()[None], guess, reach=0.1)[0] * (SIDE - 1)
    assert (found - LABEL)[:2].abs().max() <= 1


def test_its_card_builds_it_again():
    network = untrained()
    network.set_landmarks(torch.tensor([[0.4, 0.3], [0.6, 0.7], [0.5, 0.5]]), ["a", "b", "c"])
    network.learn_templates([{"image": film(), "label": LABEL}])
    card = {"landmarks": network.landmark_names, "network": network.settings()}
    again = network_from_card(card, "best.pt")
    again.load_state_dict(network.state_dict())
    torch.testing.assert_close(again.eval()(film()[None]), network(film()[None]), equal_nan=True)


def test_points_of_a_film_are_where_they_are_in_its_copy():
    ramp = torch.arange(8.0)[None, None, :, None].expand(1, 1, 8, 8)
    x = into_reduced(torch.tensor([[4.5, 0.0]]), 2)[0, 0]
    assert reduced(ramp, 2)[0, 0, int(x), 0] == 4.5
