# SPDX-License-Identifier: Apache-2.0
"""MONAI copies of weights what fits, and says nothing of the rest: a network takes all of them or none."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from monai.networks import copy_model_state

from bundle.errors import CheckpointError
from bundle.networks import DeepAdaptiveGraph

SETTINGS = {"hidden_features": 8, "graph_layers": 2, "local_steps": 1}


def network(landmarks: int = 3, **settings: int) -> DeepAdaptiveGraph:
    return DeepAdaptiveGraph(landmarks, "hrnet_small", **{**SETTINGS, **settings})


def test_the_same_network_is_filled():
    torch.manual_seed(0)
    source, target = network(), network()
    copy_model_state(target, source.state_dict())
    assert all(torch.equal(value, source.state_dict()[name]) for name, value in target.state_dict().items())


@pytest.mark.parametrize("other", [{"landmarks": 4}, {"hidden_features": 16}, {"graph_layers": 3}, {"local_steps": 2}])
def test_another_network_is_refused_and_stays_as_it_was(other: dict[str, int]):
    torch.manual_seed(0)
    target = network(**other)
    before = {name: value.clone() for name, value in target.state_dict().items()}
    with pytest.raises(CheckpointError, match=r"weights of another network.*net_override"):
        copy_model_state(target, network().state_dict())
    assert all(torch.equal(value, before[name]) for name, value in target.state_dict().items())


TARGET = network()
WEIGHTS = {name: value.clone() for name, value in network().state_dict().items()}


@settings(max_examples=20, deadline=None)
@given(st.sets(st.sampled_from(sorted(WEIGHTS)), min_size=1))
def test_no_part_of_the_weights_may_be_missing(missing: set[str]):
    with pytest.raises(CheckpointError, match=f"do not fit {len(missing)} of {len(WEIGHTS)} tensors"):
        copy_model_state(TARGET, {name: value for name, value in WEIGHTS.items() if name not in missing})
