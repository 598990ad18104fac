# SPDX-License-Identifier: Apache-2.0
"""Networks: HRNet and the Deep Adaptive Graph."""

from bundle.networks.deep_adaptive_graph import DeepAdaptiveGraph, LandmarkOutput
from bundle.networks.hrnet import HRNet, backbone, hrnet_small, hrnet_w18

__all__ = ["DeepAdaptiveGraph", "HRNet", "LandmarkOutput", "backbone", "hrnet_small", "hrnet_w18"]
