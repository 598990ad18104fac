# SPDX-License-Identifier: Apache-2.0
"""A Deep Adaptive Graph whose last local step looks at the film itself, through a window around each vertex."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch.nn import functional

from bundle.coordinates import from_normalized, to_normalized
from bundle.networks.deep_adaptive_graph import DeepAdaptiveGraph, LandmarkOutput
from bundle.networks.landmark_network import Look, VertexNetwork
from bundle.networks.part_graph import PartGraph, PartOutput
from bundle.networks.window_encoder import STRIDE, WindowEncoder
from bundle.networks.windows import RandWindows, Windows

GRAPHS: dict[str, type[DeepAdaptiveGraph | PartGraph]] = {
    graph.__name__: graph for graph in (DeepAdaptiveGraph, PartGraph)
}


class WindowedOutput(NamedTuple):
    """What training reads of a forward pass.

    Attributes:
        vertices: [B, K, 2], the prediction in [0, 1] of the film.
        heatmaps: [B, K, P / 2, P / 2], logits.
        places: [B, K, 2], where the heatmaps have their means, in index coordinates of the windows.
        windows: what was looked at.
        size: X and Y of the film.
    """

    vertices: torch.Tensor
    heatmaps: torch.Tensor
    places: torch.Tensor
    windows: Windows
    size: tuple[int, int]

    @property
    def feature_map(self) -> None:
        """None: the graph, which has one, does not learn any more."""


class WindowedGraph(VertexNetwork):
    """The graph places its vertices on a reduced copy of the film; then each is moved within a window of the film.

    Global GCN and local steps see what they saw in stage 1, whose weights they keep. The last step is one more local
    refinement, whose node features are windows: their heatmap's mean is where the vertex goes. Untrained it is the
    middle, so that the network answers as its graph does.

    Landmarks that the graph has for alike, those of a `PartGraph` at the same place of their parts, look alike to the
    windows as well.

    Args:
        num_landmarks: number K of vertices.
        coarse: `name` and settings of the graph, a `DeepAdaptiveGraph` or a `PartGraph`.
        reduction: times that the film is larger than the copy that the graph sees.
        window: side P of a window in pixels of the film, a multiple of 16.
        widths: channels of the `WindowEncoder`.
        embedding: features of a landmark in it.
        window_features: width of its graph convolutions.
        window_layers: number of them.
        rand_windows: draws the windows in training; None cuts them as they are.
    """

    has_feature_map = False

    def __init__(
        self,
        num_landmarks: int,
        coarse: Mapping[str, Any],
        reduction: int = 4,
        window: int = 64,
        widths: Sequence[int] = (24, 48, 72, 96),
        embedding: int = 32,
        window_features: int = 128,
        window_layers: int = 2,
        rand_windows: RandWindows | None = None,
    ) -> None:
        super().__init__(
            num_landmarks,
            coarse=dict(coarse),
            reduction=reduction,
            window=window,
            widths=list(widths),
            embedding=embedding,
            window_features=window_features,
            window_layers=window_layers,
        )
        settings = dict(coarse)
        self.coarse = GRAPHS[settings.pop("name")](num_landmarks, **settings).requires_grad_(False)
        self.encoder = WindowEncoder(self.coarse.kinds, widths, embedding, window_features, window_layers)
        self.tells_spread = len(set(self.coarse.kinds)) == num_landmarks  # windows do not see which of like parts it is
        self.reduction = reduction
        self.window = window
        self.rand_windows = rand_windows
        self.stride = self.coarse.stride * reduction

    @property
    def parts(self) -> list[list[int]]:
        """Those of the graph."""
        return self.coarse.parts

    def train(self, mode: bool = True) -> WindowedGraph:
        """Train the windows; the graph stays as stage 1 left it."""
        super().train(mode)
        self.coarse.eval()
        return self

    def set_landmarks(self, mean_shape: torch.Tensor, names: Sequence[str]) -> None:
        """Fix what the outputs stand for, of the graph as well; see `LandmarkNetwork.set_landmarks`."""
        super().set_landmarks(mean_shape, names)
        self.coarse.set_landmarks(mean_shape, names)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Locate the landmarks.

        Args:
            image: film [B, 1, X, Y] in [0, 1]; X and Y multiples of 32 times the reduction.

        Returns:
            [B, K, 2] float32, (x, y) in [0, 1] of the film, NaN for a landmark that is not learned.
        """
        return self.answered(self.forward_training(image).vertices)

    def features(self, image: torch.Tensor) -> torch.Tensor:
        """The feature map that the graph reads in the reduced copy."""
        return self.coarse.features(self._reduced(image))

    def look(self, image: torch.Tensor) -> Look:
        """Locate the landmarks, and keep what the graph saw and how wide the heatmaps of the windows are.

        Their standard deviations tell errors within a window. A chain that is a part off looks as sharp, so that a
        graph of parts is better asked in several views.
        """
        coarse = self._coarse(image)
        output = self._in_windows(image, coarse)
        wide = heatmap_deviations(output.heatmaps) / max(output.size) if self.tells_spread else None
        return Look(self.answered(output.vertices), coarse.feature_map, wide)

    def forward_training(self, image: torch.Tensor) -> WindowedOutput:
        """Locate the landmarks and return everything the losses read."""
        return self._in_windows(image, self._coarse(image))

    def _in_windows(self, image: torch.Tensor, coarse: LandmarkOutput | PartOutput) -> WindowedOutput:
        size = (image.shape[-2], image.shape[-1])
        with torch.no_grad():
            vertices = self._on_film(coarse.vertices, size)
            if self.training and self.rand_windows is not None:
                windows = self.rand_windows.around(vertices, max(size), self.window)
                cut = self.rand_windows.exposed(windows.cut(image))
            else:
                windows = Windows.around(vertices, self.window)
                cut = windows.cut(image)
        heatmaps = self.encoder(cut, to_normalized(windows.centre, size))
        with torch.autocast(image.device.type, enabled=False):  # coordinates need float32
            places = heatmap_means(heatmaps)
            found = to_normalized(windows.to_film(places), size)
        return WindowedOutput(found, heatmaps, places, windows, size)

    def _reduced(self, image: torch.Tensor) -> torch.Tensor:
        return functional.avg_pool2d(image, self.reduction)

    @torch.no_grad()
    def _coarse(self, image: torch.Tensor) -> LandmarkOutput | PartOutput:
        """What the graph says of the reduced copy."""
        return self.coarse.forward_training(self._reduced(image))

    def _on_film(self, vertices: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        """Vertices [B, K, 2] of the copy in index coordinates of the film: its pixel i is the mean of r from r i on."""
        places = from_normalized(vertices, [side // self.reduction for side in size])
        return places * self.reduction + (self.reduction - 1) / 2


def heatmap_means(heatmaps: torch.Tensor) -> torch.Tensor:
    """The mean of the softmax of heatmaps [B, K, P / 2, P / 2]: [B, K, 2] in index coordinates of the windows."""
    cells = heatmap_cells(heatmaps)
    middle = cells.mean()
    return _along_axes(heatmaps) @ (cells - middle) + middle


def heatmap_deviations(heatmaps: torch.Tensor) -> torch.Tensor:
    """The standard deviation of the softmax of heatmaps [B, K, P / 2, P / 2]: [B, K] in pixels of the windows."""
    along = _along_axes(heatmaps)
    cells = heatmap_cells(heatmaps)
    off = cells - (along @ cells)[..., None]
    return (along * off.square()).sum(dim=(-2, -1)).sqrt()


def _along_axes(heatmaps: torch.Tensor) -> torch.Tensor:
    """[B, K, 2, P / 2]: how likely each column and each row of the softmax is."""
    likelihood = heatmaps.flatten(2).softmax(dim=-1).view_as(heatmaps)
    return torch.stack([likelihood.sum(dim=3), likelihood.sum(dim=2)], dim=2)


def heatmap_cells(heatmaps: torch.Tensor) -> torch.Tensor:
    """Where the cells of a heatmap lie along an axis of the window: [P / 2]."""
    return STRIDE * torch.arange(heatmaps.shape[-1], device=heatmaps.device) + (STRIDE - 1) / 2
