# SPDX-License-Identifier: Apache-2.0
"""What a network saw, kept from the pass that gave its answer."""

from __future__ import annotations

import pytest
import torch
from monai.networks.utils import eval_mode

from bundle.networks import (
    DeepAdaptiveGraph,
    LandmarkNetwork,
    PartGraph,
    SpatialConfigurationNet,
    TemplateMatching,
    WindowedGraph,
)

COARSE = {"name": "DeepAdaptiveGraph", "backbone": "hrnet_small", "hidden_features": 8}
NETWORKS = [
    DeepAdaptiveGraph(3, "hrnet_small", hidden_features=8),
    PartGraph(3, [[0], [1], [2]], "hrnet_small"),
    WindowedGraph(3, COARSE, window=32, widths=(8, 16), window_features=8),
    SpatialConfigurationNet(3, channels=4, spatial_channels=4),
    TemplateMatching(3, "hrnet_small"),
]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: type(network).__name__)
@torch.no_grad()
def test_it_is_the_answer_and_the_features_of_the_same_film(network: LandmarkNetwork):
    network.set_landmarks(torch.tensor([[0.4, 0.2], [torch.nan, torch.nan], [0.5, 0.8]]), ["a", "b", "c"])
    film = torch.rand(2, 1, 128, 128)
    with eval_mode(network):
        look = network.look(film)
        torch.testing.assert_close(look.vertices, network(film), equal_nan=True)
        torch.testing.assert_close(look.features, network.features(film))
    assert look.vertices.isnan().any(dim=-1).tolist() == [[False, True, False]] * 2
    assert (look.spread is not None) == network.tells_spread


@pytest.mark.parametrize("network", NETWORKS[:3], ids=lambda network: type(network).__name__)
@torch.no_grad()
def test_a_graph_looks_once(network: LandmarkNetwork):
    backbone = (network.coarse if isinstance(network, WindowedGraph) else network).backbone
    passes = []
    hook = backbone.register_forward_hook(lambda *_: passes.append(1))
    network.eval().look(torch.rand(1, 1, 128, 128))
    hook.remove()
    assert len(passes) == 1
