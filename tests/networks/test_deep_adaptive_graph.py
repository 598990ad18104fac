# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from monai.bundle import ConfigParser

from bundle.networks import DeepAdaptiveGraph


def untrained(num_landmarks: int = 5, **options: object) -> DeepAdaptiveGraph:
    network = DeepAdaptiveGraph(num_landmarks, "hrnet_small", hidden_features=16, **options)
    network.set_landmarks(torch.rand(num_landmarks, 2), [f"point {k}" for k in range(num_landmarks)])
    return network.eval()


def scrambled(network: DeepAdaptiveGraph) -> DeepAdaptiveGraph:
    """Heads that are no longer zero, as after training; E stays untrained."""
    for head in [network.global_head, *network.local_heads]:
        torch.nn.init.normal_(head.weight, std=0.05)
    return network


@pytest.mark.parametrize("transform", ["affine", "perspective"])
@pytest.mark.parametrize("num_landmarks", [1, 2, 19])
@pytest.mark.parametrize("size", [(64, 64), (32, 96), (96, 64)])
def test_untrained_network_returns_exactly_its_mean_shape(num_landmarks: int, transform: str, size: tuple[int, int]):
    network = untrained(num_landmarks, transform=transform)
    vertices = network(torch.rand(3, 1, *size))
    assert vertices.shape == (3, num_landmarks, 2)
    assert vertices.dtype == torch.float32
    assert torch.allclose(vertices, network.mean_shape.expand(3, -1, -1), atol=1e-7)


@settings(deadline=None, max_examples=10)
@given(st.permutations(range(5)), st.integers(0, 1000))
def test_relabelling_the_landmarks_permutes_the_output(order: list[int], seed: int):
    torch.manual_seed(seed)
    network = scrambled(untrained())
    image = torch.rand(1, 1, 64, 64)
    expected = network(image)[:, order]
    # The input weights of a displacement belong to "the j-th other landmark": relabelling permutes them too.
    assert torch.allclose(relabelled(network, order)(image), expected, atol=1e-5)


def relabelled(network: DeepAdaptiveGraph, order: list[int]) -> DeepAdaptiveGraph:
    other = untrained()
    other.load_state_dict(network.state_dict())
    other.mean_shape.copy_(network.mean_shape[order])
    # Node k lists the others in label order; with new labels, list them in the old order.
    position = {label: k for k, label in enumerate(order)}
    lists = [[position[j] for j in network._others[old].tolist()] for old in order]
    other._others.copy_(torch.tensor(lists))
    return other


def test_training_pass_returns_all_that_the_losses_read():
    network = untrained()
    output = network.forward_training(torch.rand(2, 1, 64, 64))
    assert output.global_vertices.shape == output.local_vertices.shape == (2, 5, 2)
    assert output.feature_map.shape == (2, 64, 16, 16)


@pytest.mark.parametrize("share_local", [True, False])
def test_every_parameter_is_reached_by_the_gradient(share_local: bool):
    network = scrambled(untrained(share_local=share_local)).train()
    output = network.forward_training(torch.rand(2, 1, 64, 64))
    (output.global_vertices.sum() + output.local_vertices.square().sum()).backward()
    unreached = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert not unreached


def test_local_steps_share_one_edge_matrix():
    network = untrained()
    assert len(network.local_gcns) == 3
    assert all(gcn.edges is network.local_gcns[0].edges for gcn in network.local_gcns)
    assert network.global_gcn.edges is not network.local_gcns[0].edges
    assert torch.allclose(network.global_gcn.edges, torch.tensor(0.2))


def test_sharing_weights_between_steps_makes_a_smaller_network():
    sizes = [sum(p.numel() for p in untrained(share_local=share).parameters()) for share in (True, False)]
    assert sizes[0] < sizes[1]


def test_names_and_mean_shape_travel_with_the_weights():
    network, names = untrained(2), ["sella", "Nasenwurzel – ä"]
    network.set_landmarks(torch.tensor([[0.1, 0.2], [0.3, 0.4]]), names)
    copy = untrained(2)
    copy.load_state_dict(network.state_dict())
    assert copy.landmark_names == names
    assert torch.equal(copy.mean_shape, network.mean_shape)


def test_landmarks_of_another_number_or_without_place_are_refused():
    with pytest.raises(ValueError, match="network of 5 landmarks"):
        untrained().set_landmarks(torch.rand(4, 2), ["a"] * 4)
    with pytest.raises(ValueError, match="not finite"):
        untrained(1).set_landmarks(torch.tensor([[torch.nan, 0.0]]), ["a"])


def test_any_monai_config_reaches_the_network_by_one_dotted_name():
    config = {"network": {"_target_": "bundle.networks.DeepAdaptiveGraph", "num_landmarks": 7}}
    assert ConfigParser(config).get_parsed_content("network").num_landmarks == 7
