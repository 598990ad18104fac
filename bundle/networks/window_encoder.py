# SPDX-License-Identifier: Apache-2.0
"""The network that looks into windows: one for all landmarks, told which one it looks for."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from bundle.networks.graph_convolution import (
    GraphConvolutionalNetwork,
    displacements,
    other_vertices,
    zero_linear,
)

STRIDE = 2  # pixels of the window from one cell of the heatmap to the next


class WindowEncoder(nn.Module):
    """A U-Net that gives each window a heatmap of its landmark.

    What it looks for is an embedding of the landmark's kind, which scales and shifts the features of every block (FiLM,
    Perez et al., AAAI 2018, arXiv 1709.07871). So all windows of all landmarks teach the same weights. At the
    coarsest stride the windows are nodes of the landmark graph: each hears from all others what they see and how they
    lie to it.

    Args:
        kinds: the kind of each of K landmarks, counted from 0; most often one of its own.
        widths: channels at strides 2, 4, 8, ...
        embedding: features of a kind.
        hidden_features: width of the graph convolutions.
        graph_layers: number of graph convolutions.
    """

    _others: torch.Tensor
    _kinds: torch.Tensor

    def __init__(
        self, kinds: Sequence[int], widths: Sequence[int], embedding: int, hidden_features: int, graph_layers: int
    ) -> None:
        super().__init__()
        num_landmarks = len(kinds)
        self.embedding = nn.Embedding(max(kinds) + 1, embedding)
        self.register_buffer("_kinds", torch.tensor(kinds), persistent=False)
        # an even kernel: cells lie symmetrically in the window, so that an even heatmap has its mean in the middle
        self.stem = nn.Conv2d(1, widths[0], 6, STRIDE, 2, bias=False)
        self.stem_norm = nn.BatchNorm2d(widths[0])
        inner = list(itertools.pairwise(widths))
        self.down = nn.ModuleList(
            [
                _Block(widths[0], widths[0], 1, embedding),
                *(_Block(fine, coarse, 2, embedding) for fine, coarse in inner),
            ]
        )
        nodes = widths[-1] + 2 * (num_landmarks - 1) + embedding
        self.gcn = GraphConvolutionalNetwork(num_landmarks, nodes, hidden_features, graph_layers)
        self.register_buffer("_others", other_vertices(num_landmarks), persistent=False)
        self.message = zero_linear(hidden_features, widths[-1])
        self.lateral = nn.ModuleList(nn.Conv2d(coarse, fine, 1) for fine, coarse in inner)
        self.up = nn.ModuleList(_Block(fine, fine, 1, embedding) for fine, _ in inner)
        self.head = nn.Conv2d(widths[0], 1, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]

    def forward(self, windows: torch.Tensor, centres: torch.Tensor) -> torch.Tensor:
        """Look into windows.

        Args:
            windows: [B, K, P, P] in [0, 1].
            centres: [B, K, 2], where they lie in [0, 1] of the film.

        Returns:
            [B, K, P / 2, P / 2] float32, logits of the heatmaps; cell i lies at 2 i + 1/2 of the window.
        """
        batch, landmarks = windows.shape[:2]
        landmark = self.embedding(self._kinds).repeat(batch, 1)
        features = 2 * windows.reshape(batch * landmarks, 1, *windows.shape[2:]) - 1
        features = functional.relu(self.stem_norm(self.stem(features.contiguous(memory_format=torch.channels_last))))
        levels = []
        for block in self.down:
            features = block(features, landmark)
            levels.append(features)
        features = features + self._messages(features, centres)
        for block, lateral, level in zip(self.up[::-1], self.lateral[::-1], levels[-2::-1], strict=True):
            features = block(
                level + functional.interpolate(lateral(features), level.shape[-2:], mode="bilinear"), landmark
            )
        return self.head(features).float().reshape(batch, landmarks, *features.shape[-2:])

    def _messages(self, features: torch.Tensor, centres: torch.Tensor) -> torch.Tensor:
        """[B K, C, 1, 1]: what the graph makes of the windows at their coarsest stride."""
        batch, landmarks = centres.shape[:2]
        seen = features.mean(dim=(-2, -1)).float().reshape(batch, landmarks, -1)
        which = self.embedding(self._kinds).expand(batch, -1, -1)
        nodes = self.gcn(torch.cat([seen, displacements(centres, self._others), which], dim=-1))
        return self.message(nodes).flatten(0, 1)[..., None, None]


class _Block(nn.Module):
    """A residual block of two convolutions, the features between them scaled and shifted by the landmark."""

    def __init__(self, in_channels: int, channels: int, stride: int, embedding: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(channels)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(channels)
        self.modulation = nn.Linear(embedding, 2 * channels)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)
        self.skip = (
            nn.Identity() if in_channels == channels and stride == 1 else nn.Conv2d(in_channels, channels, 1, stride)
        )

    def forward(self, features: torch.Tensor, landmark: torch.Tensor) -> torch.Tensor:
        """Map features [N, C, X, Y] of landmarks [N, E]."""
        scale, shift = self.modulation(landmark)[:, :, None, None].chunk(2, dim=1)
        hidden = functional.relu(self.first_norm(self.first(features)) * (1 + scale) + shift)
        return functional.relu(self.skip(features) + self.second_norm(self.second(hidden)))
