# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from bundle.errors import ConfigurationError
from bundle.networks import backbone, hrnet_small, hrnet_w18


def test_small_backbone_gives_a_stride_four_map():
    features = hrnet_small(feature_channels=24)(torch.rand(2, 1, 64, 96))
    assert features.shape == (2, 24, 16, 24)


def test_w18_has_the_published_number_of_parameters():
    counted = sum(
        parameter.numel() for name, parameter in hrnet_w18().named_parameters() if not name.startswith("fusion")
    )
    assert counted == pytest.approx(9.56e6, rel=0.01)  # HRNet-W18 without its classification head


@pytest.mark.parametrize(
    "name",
    [
        "layer1.0.downsample.0.weight",
        "transition1.1.0.0.weight",
        "stage2.0.branches.1.3.bn2.running_var",
        "stage3.3.fuse_layers.2.0.1.0.weight",
        "stage4.2.fuse_layers.0.3.1.bias",
    ],
)
def test_parameters_bear_the_names_of_public_checkpoints(name: str):
    assert name in hrnet_w18().state_dict()


def test_side_that_is_no_multiple_of_32_is_refused():
    with pytest.raises(ValueError, match="multiples of 32"):
        hrnet_small()(torch.rand(1, 1, 64, 60))


def test_unknown_backbone_names_the_known_ones():
    with pytest.raises(ConfigurationError, match=r"resnet.*hrnet_w18, hrnet_small"):
        backbone("resnet")
