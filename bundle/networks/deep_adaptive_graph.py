# SPDX-License-Identifier: Apache-2.0
"""Deep Adaptive Graph (Li et al., ECCV 2020, arXiv 2004.08190): the landmark network of few-shot DAG."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from bundle.networks.bilinear_sample import bilinear_sample
from bundle.networks.global_transform import TRANSFORM_PARAMETERS, transform_shape
from bundle.networks.graph_convolution import GraphConvolutionalNetwork, displacements, other_vertices, zero_linear
from bundle.networks.hrnet import STRIDE
from bundle.networks.hrnet import backbone as build_backbone
from bundle.networks.landmark_network import VertexNetwork


class LandmarkOutput(NamedTuple):
    """What training reads of a forward pass.

    Attributes:
        global_vertices: [B, K, 2], mean shape placed by the global GCN, in [0, 1] of the image.
        local_vertices: [B, K, 2], after the last local GCN step: the prediction.
        feature_map: [B, D, X / 4, Y / 4], what the graph reads and the Jensen-Shannon loss compares.
    """

    global_vertices: torch.Tensor
    local_vertices: torch.Tensor
    feature_map: torch.Tensor

    @property
    def vertices(self) -> torch.Tensor:
        """[B, K, 2], the prediction."""
        return self.local_vertices


class DeepAdaptiveGraph(VertexNetwork):
    """HRNet features, a global GCN that places the mean shape, local GCN steps that refine each vertex.

    An untrained network returns exactly its mean shape. Coordinates are normalised, see `bundle.coordinates`.

    Args:
        num_landmarks: number K of vertices.
        backbone: "hrnet_w18" or "hrnet_small".
        hidden_features: width of the graph convolutions.
        graph_layers: graph convolutions per GCN.
        local_steps: number T of refinement steps.
        share_local: whether the T steps share their weights.
        transform: "affine" (6 parameters) or "perspective" (9, as in the DAG paper).
    """

    stride = STRIDE
    has_feature_map = True
    _others: torch.Tensor

    def __init__(
        self,
        num_landmarks: int,
        backbone: str = "hrnet_w18",
        hidden_features: int = 128,
        graph_layers: int = 4,
        local_steps: int = 3,
        share_local: bool = False,
        transform: str = "affine",
    ) -> None:
        super().__init__(
            num_landmarks,
            backbone=backbone,
            hidden_features=hidden_features,
            graph_layers=graph_layers,
            local_steps=local_steps,
            share_local=share_local,
            transform=transform,
        )
        self.transform = transform
        self.local_steps = local_steps
        self.backbone = build_backbone(backbone)

        node_features = self.backbone.feature_channels + 2 * (num_landmarks - 1)
        self.global_gcn = GraphConvolutionalNetwork(num_landmarks, node_features, hidden_features, graph_layers)
        self.global_head = zero_linear(hidden_features, TRANSFORM_PARAMETERS[transform])
        distinct = 1 if share_local else local_steps
        self.local_gcns = nn.ModuleList(
            GraphConvolutionalNetwork(num_landmarks, node_features, hidden_features, graph_layers)
            for _ in range(distinct)
        )
        for gcn in self.local_gcns[1:]:
            gcn.edges = self.local_gcns[0].edges  # one E for the local GCN
        self.local_heads = nn.ModuleList(zero_linear(hidden_features, 2) for _ in range(distinct))
        self.register_buffer("_others", other_vertices(num_landmarks), persistent=False)

    @property
    def kinds(self) -> list[int]:
        """What kind each landmark is of: one of its own."""
        return list(range(self.num_landmarks))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Locate the landmarks.

        Args:
            image: [B, C, X, Y] in [0, 1]; X and Y multiples of 32.

        Returns:
            [B, K, 2] float32, (x, y) in [0, 1] of the image (values a little outside are possible), NaN for a landmark
            that is not learned.
        """
        return self.answered(self.forward_training(image).local_vertices)

    def features(self, image: torch.Tensor) -> torch.Tensor:
        """The feature map that the graph reads, [B, D, X / 4, Y / 4]."""
        return self.backbone(image).float()

    def forward_training(self, image: torch.Tensor) -> LandmarkOutput:
        """Locate the landmarks and return everything the losses of stages 1 and 2 read."""
        features = self.features(image)
        size = image.shape[-2:]
        with torch.autocast(image.device.type, enabled=False):  # coordinates need float32
            mean_shape = self.start_shape.expand(image.shape[0], -1, -1)
            readout = self.global_gcn(self._node_features(features, mean_shape, size)).mean(dim=1)
            global_vertices = transform_shape(mean_shape, self.global_head(readout), self.transform)
            vertices = global_vertices
            for step in range(self.local_steps):
                weights = step % len(self.local_gcns)
                nodes = self.local_gcns[weights](self._node_features(features, vertices, size))
                vertices = vertices + self.local_heads[weights](nodes)
        return LandmarkOutput(global_vertices, vertices, features)

    def _node_features(self, feature_map: torch.Tensor, vertices: torch.Tensor, size: tuple[int, ...]) -> torch.Tensor:
        """[B, K, D + 2 (K - 1)]: the feature map at each vertex and the displacements to all other vertices."""
        return torch.cat(
            [bilinear_sample(feature_map, vertices, size, STRIDE), displacements(vertices, self._others)], dim=-1
        )
