# SPDX-License-Identifier: Apache-2.0
"""A card beside weights describes one of the networks of the bundle, or is named as one that does not."""

from __future__ import annotations

from typing import Any

import pytest

from bundle.errors import CheckpointError
from bundle.networks import DeepAdaptiveGraph, SpatialConfigurationNet, network_from_card

DAG = {
    "name": "DeepAdaptiveGraph",
    "backbone": "hrnet_small",
    "hidden_features": 8,
    "graph_layers": 2,
    "local_steps": 1,
    "share_local": True,
    "transform": "perspective",
}
SCN = {
    "name": "SpatialConfigurationNet",
    "channels": 4,
    "levels": 2,
    "dropout": 0.1,
    "spatial_channels": 4,
    "spatial_kernel": 3,
    "spatial_downsampling": 2,
}


def build(network: Any, **card: Any) -> Any:
    return network_from_card({"landmarks": ["a", "b", "c"], "network": network, **card}, "runs/best.pt")


def test_each_network_is_built_as_described():
    graph, net = build(DAG), build(SCN)
    assert isinstance(graph, DeepAdaptiveGraph) and isinstance(net, SpatialConfigurationNet)
    assert graph.num_landmarks == net.num_landmarks == 3
    assert graph.transform == "perspective" and len(graph.global_gcn.layers) == 2
    assert len(net.local_appearance.up) == 2


def test_a_setting_left_out_is_the_default():
    assert build({"name": "DeepAdaptiveGraph", "backbone": "hrnet_small"}).local_steps == 3


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ({**DAG, "name": "torch.nn.Linear"}, "torch.nn.Linear"),
        ({**DAG, "backbone": "resnet"}, "resnet"),
        ({**DAG, "weights": 3}, "weights"),
        ({**DAG, "transform": "bent"}, "bent"),
        ({**SCN, "channels": "4"}, "Error"),
        ({"channels": 4}, "name"),
        ("DeepAdaptiveGraph", "Error"),
        (None, "Error"),
    ],
)
def test_a_card_of_no_network_of_the_bundle_is_named(network: Any, words: str):
    with pytest.raises(CheckpointError, match=r"runs/best\.pt: the card beside it .* describes no network") as raised:
        build(network)
    assert words in str(raised.value) and "copy both again" in str(raised.value)


def test_a_card_without_network_or_landmarks_is_named():
    for card in ({"landmarks": ["a"]}, {"network": DAG}):
        with pytest.raises(CheckpointError, match="describes no network"):
            network_from_card(card, "best.pt")
