# SPDX-License-Identifier: Apache-2.0
"""A graph whose last step looks at the film itself."""

from __future__ import annotations

import pytest
import torch
from monai.networks.utils import eval_mode

from bundle.coordinates import to_normalized
from bundle.losses import WindowLoss
from bundle.networks import DeepAdaptiveGraph, RandWindows, WindowedGraph, network_from_card
from bundle.networks.windowed_graph import heatmap_cells, heatmap_deviations

COARSE = {"name": "DeepAdaptiveGraph", "backbone": "hrnet_small", "hidden_features": 8}
SMALL = {"window": 32, "widths": (8, 16), "window_features": 8}
NAMES = ["a", "b", "c"]
SHAPE = torch.tensor([[0.3, 0.4], [0.7, 0.4], [0.5, 0.7]])
RAND = {"jitter": 0.02, "rotate": 10.0, "scale": (0.9, 1.1), "anisotropy": 1.1, "elastic": 0.01}
EXPOSED = {"intensity_prob": 0.5, "gamma": (0.8, 1.2), "contrast": 0.1, "brightness": 0.1}


@pytest.fixture
def network() -> WindowedGraph:
    torch.manual_seed(0)
    made = WindowedGraph(3, COARSE, **SMALL, rand_windows=RandWindows(**RAND, **EXPOSED))
    made.set_landmarks(SHAPE, NAMES)
    for head in [made.coarse.global_head, *made.coarse.local_heads]:
        torch.nn.init.normal_(head.weight, std=0.02)
    return made


@pytest.mark.parametrize("size", [(256, 256), (128, 256), (256, 128)])
def test_untrained_it_answers_as_its_graph_does(network: WindowedGraph, size: tuple[int, int]):
    film = torch.rand(2, 1, *size)
    with eval_mode(network), torch.no_grad():
        copy = film.unflatten(3, (size[1] // 4, 4)).unflatten(2, (size[0] // 4, 4)).mean(dim=(3, 5))
        graph = network.coarse(copy) * 63 * 4 + 1.5  # pixel i of the copy is the middle of four of the film
        torch.testing.assert_close(network(film), to_normalized(graph, 256), atol=1e-5, rtol=0)


def test_training_moves_the_windows_and_leaves_the_graph(network: WindowedGraph):
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    optimizer = torch.optim.SGD(network.encoder.parameters(), lr=0.1)
    network.train()
    for _ in range(3):  # the head and what modulates are zero before the first step
        output = network.forward_training(torch.rand(2, 1, 256, 256))
        WindowLoss()(output, SHAPE.expand(2, -1, -1))["loss"].backward()
        optimizer.step()
    changed = {name for name, tensor in network.state_dict().items() if not torch.equal(tensor, before[name])}
    assert all(name.startswith("encoder.") for name in changed)
    assert {"encoder.head.weight", "encoder.stem.weight", "encoder.embedding.weight"} <= changed


def test_training_finds_a_spot_in_its_window():
    torch.manual_seed(0)
    network = WindowedGraph(3, COARSE, **SMALL, rand_windows=RandWindows(**RAND, **EXPOSED))
    network.set_landmarks(SHAPE, NAMES)
    optimizer = torch.optim.Adam(network.encoder.parameters(), lr=1e-2)
    axis = torch.arange(256.0)

    def films(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        truth = SHAPE * 255 + torch.randn(count, 3, 2) * 4
        distance = (axis[:, None] - truth[..., 0, None, None]).square() + (axis - truth[..., 1, None, None]).square()
        return (-distance / 20).exp().amax(dim=1, keepdim=True), to_normalized(truth, 256)

    for _ in range(60):
        network.train()
        film, truth = films(4)
        optimizer.zero_grad()
        WindowLoss()(network.forward_training(film), truth)["loss"].backward()
        optimizer.step()
    film, truth = films(8)
    with eval_mode(network), torch.no_grad():
        error = (network(film) - truth).norm(dim=-1).mean() * 255
    assert error < 2 < (SHAPE - truth).norm(dim=-1).mean() * 255


@pytest.mark.parametrize("sigma", [2.0, 3.5])
def test_its_spread_is_the_width_of_its_heatmaps(network: WindowedGraph, sigma: float):
    away = (heatmap_cells(torch.zeros(32)) - 31.5).square() / (2 * sigma**2)
    heatmaps = -(away[:, None] + away).expand(2, 3, -1, -1)
    found = heatmap_deviations(heatmaps)
    torch.testing.assert_close(found, torch.full((2, 3), sigma * 2**0.5), rtol=1e-3, atol=0)
    with eval_mode(network), torch.no_grad():
        film = torch.rand(2, 1, 128, 256)
        told = heatmap_deviations(network.forward_training(film).heatmaps) / 256
        torch.testing.assert_close(network.look(film).spread, told)


def test_it_comes_back_from_its_card(network: WindowedGraph):
    card = {"landmarks": NAMES, "network": network.settings()}
    again = network_from_card(card, "weights.pt")
    again.load_state_dict(network.state_dict())
    film = torch.rand(1, 1, 256, 256)
    with eval_mode(again, network), torch.no_grad():
        assert torch.equal(again(film), network(film))
    assert again.stride == 16 and again.features(film).shape[-2:] == (16, 16)


def test_a_landmark_that_is_not_learned_is_not_looked_for(network: WindowedGraph):
    network.set_landmarks(torch.where(torch.tensor([[True], [False], [True]]), SHAPE, torch.nan), NAMES)
    with eval_mode(network), torch.no_grad():
        assert network(torch.rand(1, 1, 256, 256)).isnan().any(dim=-1).tolist() == [[False, True, False]]


def test_the_graph_is_that_of_stage_one(network: WindowedGraph):
    assert isinstance(network.coarse, DeepAdaptiveGraph)
    settings = {name: value for name, value in COARSE.items() if name != "name"}
    network.coarse.load_state_dict(DeepAdaptiveGraph(3, **settings).state_dict())
