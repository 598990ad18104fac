# SPDX-License-Identifier: Apache-2.0
"""Graph convolutions on the landmark graph (DAG, Li et al., ECCV 2020, section 3.3)."""

from __future__ import annotations

import torch
from torch import nn


class GraphConvolution(nn.Module):
    """f_k' = W1 f_k + sum_j e_kj W2 f_j: a node's own features and a weighted sum of all nodes' features."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.own = nn.Linear(in_features, out_features)
        self.neighbours = nn.Linear(in_features, out_features, bias=False)

    def forward(self, features: torch.Tensor, edges: torch.Tensor) -> torch.Tensor:
        """Convolve node features.

        Args:
            features: [B, K, in_features].
            edges: [K, K], e_kj of the edge from vertex j to vertex k.

        Returns:
            [B, K, out_features].
        """
        return self.own(features) + edges @ self.neighbours(features)


class GraphConvolutionalNetwork(nn.Module):
    """Residual graph convolutions that share one learned, input-independent matrix of edges E, initialised at 1 / K.

    Args:
        num_landmarks: number K of vertices.
        in_features: features of a node at the input.
        hidden_features: features of a node at every layer and at the output.
        layers: number of graph convolutions.
    """

    def __init__(self, num_landmarks: int, in_features: int, hidden_features: int, layers: int) -> None:
        super().__init__()
        self.edges = nn.Parameter(torch.full((num_landmarks, num_landmarks), 1.0 / num_landmarks))
        widths = [in_features, *[hidden_features] * (layers - 1)]
        self.layers = nn.ModuleList(GraphConvolution(width, hidden_features) for width in widths)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the node features [B, K, hidden_features] of nodes [B, K, in_features]."""
        for index, layer in enumerate(self.layers):
            convolved = torch.relu(layer(features, self.edges))
            features = convolved if index == 0 else features + convolved
        return features


def other_vertices(num_landmarks: int) -> torch.Tensor:
    """For each of K vertices all others, in the order of their numbers: [K, K - 1]."""
    others = [[j for j in range(num_landmarks) if j != k] for k in range(num_landmarks)]
    return torch.tensor(others, dtype=torch.long).reshape(num_landmarks, num_landmarks - 1)


def displacements(vertices: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """The way from each of the vertices [B, K, 2] to its `other_vertices`: [B, K, 2 (K - 1)], features of its node."""
    towards = vertices[:, None, :, :] - vertices[:, :, None, :]
    index = others[None, :, :, None].expand(vertices.shape[0], -1, -1, 2)
    return towards.gather(2, index).flatten(2)


def zero_linear(in_features: int, out_features: int) -> nn.Linear:
    """A head that says nothing before it is trained."""
    linear = nn.Linear(in_features, out_features)
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    return linear
