# SPDX-License-Identifier: Apache-2.0
"""A graph that finds parts which are alike, and tells them apart by their order."""

from __future__ import annotations

import pytest
import torch
from monai.networks.utils import eval_mode

from bundle.coordinates import to_normalized
from bundle.errors import ConfigurationError
from bundle.losses import PartLoss
from bundle.networks import DeepAdaptiveGraph, PartGraph, WindowedGraph, network_from_card, part_graph

PARTS = [[0, 1], [2, 3], [4, 5], [6, 7]]
SIZE = (64, 128)
CENTRES = torch.tensor([[30.0, 22.0 + 24 * part] for part in range(4)])
ENDS = torch.tensor([[-9.0, 0.0], [9.0, 0.0]])
NAMES = [f"{side} {part}" for part in "ABCD" for side in ("left", "right")]


def shape(centres: torch.Tensor) -> torch.Tensor:
    """[..., 8, 2] in [0, 1] of the film: two ends to each centre [..., 4, 2]."""
    return to_normalized((centres[..., None, :] + ENDS).flatten(-3, -2), SIZE)


@pytest.fixture
def network() -> PartGraph:
    torch.manual_seed(0)
    made = PartGraph(8, PARTS, backbone="hrnet_small", place_deviation=0.1)
    made.set_landmarks(shape(CENTRES), NAMES)
    return made


def films(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Bars in a row between two other bars, somewhere on the film: what they are shows in the ends alone."""
    place = CENTRES + torch.randn(count, 1, 2) * torch.tensor([4.0, 8.0])
    x, y = torch.meshgrid(torch.arange(64.0), torch.arange(128.0), indexing="ij")
    film = torch.zeros(count, 1, *SIZE)
    for part in range(4):
        centre = place[:, part, :, None, None]
        film[:, 0] += (((x - centre[:, 0]).abs() < 9) & ((y - centre[:, 1]).abs() < 5)).float() * 0.6
    for end, side in ((0, -24), (3, 24)):
        centre = place[:, end, :, None, None] + torch.tensor([0.0, side])[:, None, None]
        film[:, 0] += (((x - centre[:, 0]).abs() < 15) & ((y - centre[:, 1]).abs() < 3)).float()
    return film, shape(place)


def test_untrained_it_answers_with_its_mean_shape_to_half_a_cell(network: PartGraph):
    with eval_mode(network), torch.no_grad():
        away = (network(torch.rand(2, 1, *SIZE)) - shape(CENTRES)).abs() * 127
    assert float(away.max()) <= 2 + 1e-3
    assert float(away.std(dim=1).max()) < 1e-3  # as a whole


def test_its_loss_does_not_look_for_the_chain(network: PartGraph, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(part_graph, "most_likely_chain", None)  # which takes longer than a training step
    film, truth = films(2)
    output = network.forward_training(film)
    assert PartLoss()(output, truth)["loss"] > 0
    with pytest.raises(TypeError):
        _ = output.vertices


def test_it_learns_which_part_is_which_from_the_ends_of_the_chain(network: PartGraph):
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 60)  # which ends the same on every processor
    torch.manual_seed(0)
    loss_function = PartLoss()
    for _ in range(60):
        network.train()
        film, truth = films(4)
        optimizer.zero_grad()
        loss_function(network.forward_training(film), truth)["loss"].backward()
        optimizer.step()
        scheduler.step()
    film, truth = films(16)
    with eval_mode(network), torch.no_grad():
        error = (network(film) - truth).norm(dim=-1).mean(dim=1) * 127
    assert float(error.median()) < 5
    assert int((error < 12).sum()) >= 14  # half a step: the level is right


def test_it_comes_back_from_its_card(network: PartGraph):
    again = network_from_card({"landmarks": NAMES, "network": network.settings()}, "weights.pt")
    again.load_state_dict(network.state_dict())
    film = torch.rand(1, 1, *SIZE)
    with eval_mode(network, again), torch.no_grad():
        assert torch.equal(network(film), again(film))


def test_parts_that_leave_a_landmark_out_are_refused():
    with pytest.raises(ConfigurationError, match="every landmark"):
        PartGraph(8, PARTS[:3], backbone="hrnet_small")


def test_it_and_its_windows_tell_their_parts():
    graph = PartGraph(8, PARTS, backbone="hrnet_small")
    assert graph.parts == WindowedGraph(8, graph.settings(), reduction=2).parts == PARTS
    assert DeepAdaptiveGraph(8, backbone="hrnet_small").parts == []
