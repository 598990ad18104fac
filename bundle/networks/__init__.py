# SPDX-License-Identifier: Apache-2.0
"""Networks: DAG on an HRNet, its windows, a graph of repeated parts, SpatialConfiguration-Net, template matching."""

from bundle.networks.deep_adaptive_graph import DeepAdaptiveGraph, LandmarkOutput
from bundle.networks.described import network_from_card
from bundle.networks.hrnet import HRNet, backbone, hrnet_small, hrnet_w18
from bundle.networks.landmark_network import LandmarkNetwork, Look, TrainingOutput, VertexNetwork, VertexOutput
from bundle.networks.part_graph import MeanParts, PartGraph, PartOutput
from bundle.networks.spatial_configuration_net import HeatmapOutput, SpatialConfigurationNet
from bundle.networks.template_matching import MatchingOutput, TemplateMatching
from bundle.networks.window_matching import WindowMatching
from bundle.networks.windowed_graph import WindowedGraph, WindowedOutput
from bundle.networks.windows import RandWindows

__all__ = [
    "DeepAdaptiveGraph",
    "HRNet",
    "HeatmapOutput",
    "LandmarkNetwork",
    "LandmarkOutput",
    "Look",
    "MatchingOutput",
    "MeanParts",
    "PartGraph",
    "PartOutput",
    "RandWindows",
    "SpatialConfigurationNet",
    "TemplateMatching",
    "TrainingOutput",
    "VertexNetwork",
    "VertexOutput",
    "WindowMatching",
    "WindowedGraph",
    "WindowedOutput",
    "backbone",
    "hrnet_small",
    "hrnet_w18",
    "network_from_card",
]
