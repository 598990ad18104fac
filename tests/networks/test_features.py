# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from bundle.networks import DeepAdaptiveGraph, LandmarkNetwork, SpatialConfigurationNet, TemplateMatching


@pytest.mark.parametrize(
    "network",
    [
        DeepAdaptiveGraph(3, "hrnet_small", hidden_features=8),
        TemplateMatching(3, "hrnet_small"),
        SpatialConfigurationNet(3, channels=4, spatial_channels=4),
    ],
)
def test_features_are_as_dense_as_the_stride_says(network: LandmarkNetwork):
    with torch.no_grad():
        features = network.eval().features(torch.rand(2, 1, 64, 64))
    assert features.shape[0] == 2
    assert features.shape[-2:] == (64 // network.stride, 64 // network.stride)
    assert features.dtype == torch.float32
